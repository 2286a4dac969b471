"""Feeds events as GitHub sends them to `pantheon ci --explain-env`: `events.py PROGRAM EXAMPLES SCRATCH`.

What is found must be what the event says, and nothing may end otherwise than by 0 or 2."""

import json
import os
import subprocess
import sys
from collections import Counter
from pathlib import Path

ZERO = "0" * 40


def expected(name, event):
    """Base and head as they are shown; `None`: nothing to judge, or nothing that can be told."""
    if name.startswith("pull_request"):
        pull = event["pull_request"]
        return f"commit {pull['base']['sha']}", f"commit {pull['head']['sha']}"
    if name == "merge_group":
        return f"commit {event['merge_group']['base_sha']}", f"commit {event['merge_group']['head_sha']}"
    if name == "push" and not event["deleted"]:
        branch = f"branch `{event['repository']['default_branch']}` of the remote"
        if event["ref"].startswith("refs/tags/"):
            return branch, "what is checked out"
        head = f"commit {event['after']}"
        if event["ref"] == f"refs/heads/{event['repository']['default_branch']}":
            return ("nothing" if event["before"] == ZERO else f"commit {event['before']}"), head
        return (branch if event["forced"] or event["before"] == ZERO else f"commit {event['before']}"), head
    return None


def examples(folder):
    for index in sorted(Path(folder).glob("*/index.json")):
        for row in json.loads(index.read_text()):
            for event in row["examples"]:
                yield row["name"], event


def main():
    program, folder, scratch = Path(sys.argv[1]).resolve(), sys.argv[2], Path(sys.argv[3])
    repo = scratch / "repo"
    env = {"PATH": os.environ["PATH"], "HOME": str(scratch), "GIT_CONFIG_NOSYSTEM": "1"}
    git = ["git", "-c", "user.name=A", "-c", "user.email=a@example.com", "-C", str(repo)]
    subprocess.run(["git", "init", "-q", "-b", "main", str(repo)], env=env, check=True)
    subprocess.run([*git, "commit", "-q", "--allow-empty", "-m", "Begin"], env=env, check=True)
    path = scratch / "event.json"
    counts, bad, seen = Counter(), 0, set()
    for name, event in examples(folder):
        text = json.dumps(event)
        for called in [name, "pull_request_target"] if name == "pull_request" else [name]:
            if (called, text) in seen:
                continue
            seen.add((called, text))
            path.write_text(text)
            ref = event.get("ref") or "refs/heads/topic"
            more = {
                "CI": "true", "GITHUB_ACTIONS": "true", "GITHUB_EVENT_NAME": called, "GITHUB_EVENT_PATH": str(path),
                "GITHUB_REF": ref if ref.startswith("refs/") else f"refs/heads/{ref}",
            }
            done = subprocess.run(
                [program, "ci", "--no-fetch", "--explain-env"],
                cwd=repo, env=env | more, capture_output=True, text=True, timeout=60,
            )
            lines = dict(line.split(": ", 1) for line in done.stdout.splitlines() if ": " in line)
            wanted = expected(called, event)
            found = (lines.get("base"), lines.get("head"))
            holds = done.returncode in (0, 2) and "panicked" not in done.stderr
            if wanted:
                holds = holds and found == wanted
            if called == "workflow_run":
                holds = holds and done.returncode == 2 and found == (None, None)
            if called == "push" and event["deleted"] or called == "delete":
                holds = holds and done.returncode == 0 and "was deleted" in lines.get("why", "")
            counts["told" if wanted else "nothing to tell"] += 1
            if not holds:
                bad += 1
                print(f"FAILED: {called}: {found}, not {wanted}; exit {done.returncode}\n{done.stdout}{done.stderr}")
    print(f"events: {sum(counts.values())} of {len({name for name, _ in seen})} kinds, {dict(counts)}, {bad} wrong")
    if not counts["told"]:
        sys.exit("no event was found")
    sys.exit(1 if bad else 0)


main()
