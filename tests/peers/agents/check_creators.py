#!/usr/bin/env python3
"""Has real agent programs fix a finding, each locked in, with a scripted model on this machine.

    check_creators.py PANTHEON NAME=PROGRAM...

`NAME` is a runtime, or `acp:` and a word, with the command in `PROGRAM` cut at blanks. Each program is started by
`pantheon fix` as a user would: it mends the file that blocks the commit, tries to write to the user's repository
and to a hook of it, and says what it did. The proposal must hold the mended file and nothing else, the report
must be right, the user's repository must be as it was, and the key must be seen by the model alone.
"""

import hashlib
import json
import os
import pathlib
import subprocess
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "models"))

import endpoint
import wires
from suite import KEY, Report, equal

KINDS = {
    "claude": "anthropic",
    "codex": "openai",
    "gemini": "gemini",
    "opencode": "openai-compatible",
    "pi": "anthropic",
    "aider": "openai-compatible",
    "acp:gemini": "gemini",
    "acp:claude": "anthropic",
    "acp:codex": "openai",
    "acp:opencode": "openai-compatible",
}

#: Models whose names the programs know.
MODELS = {"gemini": "gemini-2.5-flash", "anthropic": "claude-haiku-4-5", "openai": "gpt-5.1-codex"}

BROKEN = "one\n<<<<<<< ours\ntwo\n=======\nthree\n>>>>>>> theirs\n"
FIXED = "one\ntwo\nthree\n"


class Desk:
    """A user's repository with a finding in its index, and a home."""

    def __init__(self, root: pathlib.Path, pantheon: str):
        self.root, self.pantheon = root, pantheon
        self.repo, self.home, self.state = root / "repo", root / "home", root / "state"
        for path in (self.repo, self.home):
            path.mkdir()
        keep = ("PATH", "LANG")
        self.env = {name: os.environ[name] for name in keep if name in os.environ}
        self.env |= {"HOME": str(self.home), "PANTHEON_STATE_DIR": str(self.state), "PEER_KEY": KEY}
        self.git("init", "-q", "-b", "main")
        self.git("config", "user.name", "t")
        self.git("config", "user.email", "t@localhost")
        (self.repo / "notes.txt").write_text("one\n")
        self.git("add", "-A")
        self.git("commit", "-qm", "begin")

    def git(self, *args: str) -> str:
        done = subprocess.run(["git", *args], cwd=self.repo, env=self.env, capture_output=True, text=True, check=True)
        return done.stdout

    def configure(self, name: str, program: str, port: int):
        kind = KINDS[name]
        runtime = name.split(":")[0]
        base = f"http://127.0.0.1:{port}"
        base += "/v1" if kind == "openai-compatible" else ""
        words = program.split(" ")
        started = f"command = {json.dumps(words)}" if runtime == "acp" else f"program = {json.dumps(program)}"
        text = f"""version = 1
extends = ["recommended"]
[providers.peer]
kind = "{kind}"
base-url = "{base}"
api-key-env = "PEER_KEY"
[models.m]
provider = "peer"
id = "{MODELS.get(kind, "mock-1")}"
input-price = "1 USD"
output-price = "2 USD"
[agents.fixer]
role = "creator"
runtime = "{runtime}"
{started}
model = "m"
"""
        (self.repo / ".pantheon.toml").write_text(text)
        self.git("add", "-A")
        self.git("commit", "-qm", "say who fixes")
        (self.repo / "notes.txt").write_text(BROKEN)
        self.git("add", "-A")

    def run(self, *args: str) -> subprocess.CompletedProcess:
        argv = [self.pantheon, *args]
        return subprocess.run(
            argv, cwd=self.repo, env=self.env, capture_output=True, text=True, timeout=300, stdin=subprocess.DEVNULL
        )

    def seen(self) -> dict:
        """Returns all files of the repository, those of git among them."""
        files = sorted(path for path in self.repo.rglob("*") if path.is_file())
        return {str(path): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


def steps(desk: Desk, name: str) -> list[dict]:
    write = {"write": "notes.txt", "content": FIXED, "old": BROKEN}
    if name == "aider":
        # It has no tools: it writes what stands in the words, and that is all.
        return [write]
    hook = desk.repo / ".git" / "hooks" / "pre-commit"
    attempt = f"echo evil > '{desk.repo}/notes.txt'; echo evil > '{hook}'; echo evil > '{desk.home}/evil'; env"
    return [{"read": "notes.txt"}, write, {"run": attempt}, {"say": "I took the marks of the conflict out."}]


def check(report: Report, desk: Desk, name: str, program: str):
    log = desk.root / "log.jsonl"
    server = endpoint.serve(steps(desk, name), str(log))
    try:
        desk.configure(name, program, server.server_address[1])
        with report.case(f"{name}: the finding blocks"):
            equal(desk.run("review", "--staged", "--stage", "pre-commit").returncode, 1)
        with report.case(f"{name}: what the repository starts must be trusted first"):
            refused = desk.run("fix", "--agent", "fixer")
            assert refused.returncode == 2 and "trust" in refused.stderr, refused.stderr
            equal(desk.run("trust").returncode, 0)
        before = desk.seen()
        done = desk.run("fix", "--agent", "fixer", "--events")
    finally:
        server.shutdown()
    judge(report, desk, name, done, before, [json.loads(line) for line in log.read_text().splitlines()])


def judge(report: Report, desk: Desk, name: str, done, before: dict, asked: list[dict]):
    proposal: dict = {}
    with report.case(f"{name}: there is a proposal that passes"):
        assert done.returncode == 0, f"{done.returncode}: {done.stderr[-600:]} {done.stdout[-900:]}"
        proposals = list(desk.state.rglob("proposal.json"))
        equal(len(proposals), 1)
        proposal = json.loads(proposals[0].read_text())
        equal(proposal["paths"], [["M", "notes.txt"]])
        equal(proposal["decision"], "pass")
        equal(proposal["runtime"], name.split(":")[0])
    with report.case(f"{name}: the report is right"):
        events = [json.loads(line) for line in done.stdout.splitlines()]
        names = [event["event"] for event in events]
        levels = {event["level"] for event in events if event["event"] == "locked"}
        equal(levels, {proposal["level"]})
        answered = [one for one in asked if one.get("wire") not in (None, "count")]
        equal(proposal["input-tokens"], len(answered) * wires.SENT)
        equal(proposal["output-tokens"], len(answered) * wires.WRITTEN)
        assert {"started", "scratch", "locked", "used", "ended", "judged"} <= set(names), names
        assert name == "aider" or names.count("tool") >= 3, names
    with report.case(f"{name}: the user's repository is as it was"):
        equal(desk.seen(), before)
        assert not (desk.home / "evil").exists()
    with report.case(f"{name}: every request was as the contract has it"):
        wrong = [one.get("wrong") or one["path"] for one in asked if one.get("wrong") or one.get("unknown")]
        equal(wrong, [])
        assert asked, "nobody asked"
    with report.case(f"{name}: the key is seen by the model alone"):
        equal({one["key"] for one in asked if "key" in one}, {KEY})
        told = json.dumps([one.get("answers") for one in asked]) + done.stdout + done.stderr
        assert KEY not in told, "the key stands in what the agent saw"
        for path in desk.state.rglob("*"):
            assert not path.is_file() or KEY.encode() not in path.read_bytes(), f"the key stands in {path}"
    with report.case(f"{name}: the proposal can be applied"):
        applied = desk.run("proposals", "apply", proposal["id"])
        assert applied.returncode == 0, applied.stderr
        equal((desk.repo / "notes.txt").read_text(), FIXED)


def main() -> int:
    report = Report("agents")
    # Not below `/tmp`: a jail with namespaces has one of its own, and gives them up where it cannot.
    place = pathlib.Path(sys.argv[1]).resolve().parent
    for pair in sys.argv[2:]:
        name, _, program = pair.partition("=")
        with tempfile.TemporaryDirectory(dir=place) as root, report.case(f"{name}: it can be asked"):
            desk = Desk(pathlib.Path(root).resolve(), str(pathlib.Path(sys.argv[1]).resolve()))
            check(report, desk, name, program)
    return report.end()


if __name__ == "__main__":
    sys.exit(main())
