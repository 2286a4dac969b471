"""Counts the tokens of PR-Agent's review prompt for the changes that the example `replay` exported.

    cargo run --release --example replay -- REPOSITORY --export DIR
    python3 examples/replay_pr_agent.py DIR --ranks o200k_base.cjs

Needs PR-Agent (`pip install pr-agent`, Python 3.12; where that is not to be had, an unpacked wheel given with
`--pr-agent` and its imports `dynaconf jinja2 loguru starlette-context`) and `tiktoken`. `--ranks` is
`dist/ranks/o200k_base.cjs` of the npm package `js-tiktoken`; without it tiktoken fetches its own.

PR-Agent's prompt is made with its own code: patches as `git diff` prints them, extended and numbered by its
functions, in its review templates with its default settings; title, branch and description are empty. A change
that its budget (32,000 tokens) would not hold is counted as that budget, for it sends no more than that.
One tokenizer counts both sides.
"""

import argparse
import base64
import collections
import json
import pathlib
import subprocess
import sys


def main():
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    options.add_argument("exported", type=pathlib.Path)
    options.add_argument("--pr-agent", type=pathlib.Path, help="the directory of an unpacked wheel")
    options.add_argument("--ranks", type=pathlib.Path)
    options.add_argument("--one", default="correctness", help="the validator that is shown alone")
    given = options.parse_args()
    if given.pr_agent:
        sys.path.insert(0, str(given.pr_agent))
    count = tokenizer(given.ranks)
    questions = [count(json.loads(line)) for line in (given.exported / "questions.jsonl").open()]
    reviews = [json.loads(line) for line in (given.exported / "reviews.jsonl").open()]
    peer = Peer(given.exported / "scratch.git", count)
    rows = collections.defaultdict(collections.Counter)
    for review in reviews:
        for row in (rows[review["why"]], rows["all"]):
            row["reviews"] += 1
            row["peer"] += peer.tokens(review["from"], review["to"])
            for question, validator, hit in review["looks"]:
                tokens = questions[question]
                row["all"] += tokens
                row["all sent"] += 0 if hit else tokens
                if validator == given.one:
                    row["one"] += tokens
                    row["one sent"] += 0 if hit else tokens
    print(f"tokens a review (o200k): PR-Agent, `{given.one}` alone and all that is shipped, without and with kept answers")
    print(f"{'':8}{'reviews':>9}{'PR-Agent':>10}{'one':>10}{'kept':>10}{'all':>10}{'kept':>10}")
    for why, row in rows.items():
        if why != "all":
            print(line(why, row))
    print(line("all", rows["all"]))
    print(f"{peer.over} of {rows['all']['reviews']} reviews go beyond the budget of PR-Agent's prompt")


def line(name, row):
    mean = [f"{row[key] / row['reviews']:>10.0f}" for key in ("peer", "one", "one sent", "all", "all sent")]
    return f"{name:8}{row['reviews']:>9}{''.join(mean)}"


class Peer:
    """PR-Agent's prompt for a change."""

    def __init__(self, repository, count):
        from jinja2 import Environment, StrictUndefined
        from pr_agent.algo.prompt_fragments import render_diff_hunk_format
        from pr_agent.config_loader import get_settings

        self.repository, self.count, self.known, self.over = repository, count, {}, 0
        self.settings = get_settings()
        own = self.settings.pr_reviewer
        switches = {name.lower(): value for name, value in own.items() if name.lower().startswith("require_")}
        switches |= {
            "require_score": own.require_score_review,
            "require_tests": own.require_tests_review,
            "require_estimate_effort_to_review": own.require_estimate_effort_to_review,
            "require_can_be_split_review": own.require_can_be_split_review,
            "require_security_review": own.require_security_review,
        }
        self.variables = collections.defaultdict(str) | switches | {
            "num_max_findings": own.num_max_findings,
            "extra_instructions": "",
            "date": "2026-01-01",
            "diff_hunk_format": render_diff_hunk_format(include_line_numbers=True, include_ai_metadata=False),
        }
        template = self.settings.pr_review_prompt
        make = Environment(undefined=StrictUndefined).from_string
        self.templates = [make(template.system), make(template.user)]

    def tokens(self, base, head):
        if (base, head) not in self.known:
            diff = "\n".join(self.patches(base, head))
            empty, full = self.prompt("", 1), self.prompt(diff, diff.count("\n## File: "))
            self.known[base, head] = (full, empty)
        full, empty = self.known[base, head]
        most = self.settings.config.max_model_tokens - 1500
        self.over += full > most
        return min(full, most)

    def prompt(self, diff, files):
        names = ["title", "branch", "description", "question_str", "answer_str", "previous_findings", "related_tickets"]
        names += ["skills_context", "repo_context", "artifact_context", "duplicate_prompt_examples", "language"]
        values = dict.fromkeys(names, "") | self.variables | {"diff": diff, "num_pr_files": files}
        return sum(self.count(template.render(values)) for template in self.templates)

    def patches(self, base, head):
        from pr_agent.algo.git_patch_processing import decouple_and_convert_to_hunks_with_lines_numbers, extend_patch
        from pr_agent.algo.language_handler import is_valid_file
        from pr_agent.algo.types import EDIT_TYPE, FilePatchInfo

        kinds = {"A": EDIT_TYPE.ADDED, "D": EDIT_TYPE.DELETED, "M": EDIT_TYPE.MODIFIED, "R": EDIT_TYPE.RENAMED}
        named = self.git("diff", "-M", "--name-status", "-z", base, head).split("\0")
        patches = split(self.git("diff", "-M", "--no-color", "--no-ext-diff", base, head))
        at = 0
        while at + 1 < len(named):
            kind = named[at][0]
            old = new = named[at + 1]
            at += 2
            if kind in "RC":
                new = named[at]
                at += 1
            patch = patches.pop(0)
            if not patch or not is_valid_file(new):
                continue
            before = "" if kind == "A" else self.git("show", f"{base}:{old}")
            after = "" if kind == "D" else self.git("show", f"{head}:{new}")
            file = FilePatchInfo(before, after, patch, new, edit_type=kinds.get(kind, EDIT_TYPE.UNKNOWN))
            lines = [self.settings.config.patch_extra_lines_before, self.settings.config.patch_extra_lines_after]
            patch = extend_patch(before, patch, *lines, new, new_file_str=after)
            yield decouple_and_convert_to_hunks_with_lines_numbers(patch, file)

    def git(self, *arguments):
        done = subprocess.run(["git", "--git-dir", self.repository, *arguments], capture_output=True, check=True)
        return done.stdout.decode(errors="replace")


def split(diff):
    """Returns the hunks of each file; empty where nothing but its name or mode changed."""
    files = []
    for row in diff.splitlines(keepends=True):
        if row.startswith("diff --git "):
            files.append([])
        elif row.startswith("@@ ") or (files and files[-1]):
            files[-1].append(row)
    return ["".join(rows) for rows in files]


def tokenizer(ranks):
    import tiktoken

    if not ranks:
        encoding = tiktoken.get_encoding("o200k_base")
    else:
        text = ranks.read_text()
        data = json.loads(text[text.index("{") : text.rindex("}") + 1])
        table = {}
        for row in data["bpe_ranks"].splitlines():
            _, first, *pieces = row.split(" ")
            for number, piece in enumerate(pieces):
                table[base64.b64decode(piece)] = int(first) + number
        encoding = tiktoken.Encoding(
            ranks.stem, pat_str=data["pat_str"], mergeable_ranks=table, special_tokens=data["special_tokens"]
        )
    return lambda text: len(encoding.encode_ordinary(text))


if __name__ == "__main__":
    main()
