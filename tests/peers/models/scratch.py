"""A scratch repository with hooks, a remote, and a policy that has a model review what is pushed."""

import dataclasses
import json
import os
import pathlib
import re
import subprocess
import time
import typing

from suite import KEY

# How long the gate may take. A slow machine reads a prompt for a minute.
DEADLINE = 480

# Three files as they are pushed first, and as the change leaves them: each has one line that is wrong.
BEFORE = {
    "src/stats.py": "def mean(items):\n    if not items:\n        return 0\n    return sum(items) / len(items)\n",
    "src/cart.js": (
        "export async function total(cart, prices) {\n    const price = await prices.of(cart.item);\n"
        "    return price * cart.count;\n}\n"
    ),
    "src/page.rs": "/// The last page of a list.\nfn last(len: usize, size: usize) -> usize {\n    len.div_ceil(size)\n}\n",
}
AFTER = {
    "src/stats.py": "def mean(items):\n    return sum(items) / len(items)\n",
    "src/cart.js": (
        "export async function total(cart, prices) {\n    const price = prices.of(cart.item);\n"
        "    return price * cart.count;\n}\n"
    ),
    "src/page.rs": "/// The last page of a list.\nfn last(len: usize, size: usize) -> usize {\n    len / size\n}\n",
}


@dataclasses.dataclass(frozen=True)
class Face:
    """How a model is reached."""

    kind: str
    base_url: str
    model: str
    window: int
    # Dollars for a million tokens in and out; `None`: it is free.
    price: tuple[str, str] | None = None
    output: int = 600
    key: str = "REVIEW_KEY"

    def policy(self, gate: str = "", review: str = "") -> str:
        price = ""
        if self.price:
            price = f'input-price = "{self.price[0]} USD"\noutput-price = "{self.price[1]} USD"\n'
        version = 'api-version = "v1beta"\n' if self.kind == "gemini" else ""
        return (
            f'version = 1\n[providers.there]\nkind = "{self.kind}"\nbase-url = "{self.base_url}"\n{version}'
            f'api-key-env = "{self.key}"\nattempts = 1\nfirst-byte-timeout = "{DEADLINE - 20}s"\n'
            f'[models.small]\nprovider = "there"\nid = "{self.model}"\nwindow = {self.window}\nmax-output = {self.output}\n'
            f'temperature = 0.0\nseed = 7\n{price}[agents.reviewer]\nmodel = "small"\n'
            '[gates.pre-push]\nchecks = ["rules", "validators/correctness"]\n'
            'block = { rules = "high", validators = { severity = "high", agreement = 1 } }\n'
            f'deadline = "{DEADLINE}s"\n{gate}\n[review]\nagents = ["reviewer"]\n{review}\n'
        )


@dataclasses.dataclass
class Ran:
    """What became of a program."""

    code: int
    stdout: str
    stderr: str
    seconds: float

    def __str__(self) -> str:
        return f"exit {self.code} after {self.seconds:.0f} s: {self.stdout[-700:]}{self.stderr[-1400:]}"


class Scratch:
    """The repository. `state` names the folder of what is kept: with another name nothing is known."""

    def __init__(self, pantheon: str, world: pathlib.Path, policy: str) -> None:
        self.pantheon, self.world, self.state = pathlib.Path(pantheon).resolve(), world, "state"
        self.root, self.remote = world / "repo", world / "remote.git"
        world.mkdir(parents=True)
        self.git("init", "-q", "-b", "main", str(self.root), at=world)
        self.git("init", "-q", "--bare", "-b", "main", str(self.remote), at=world)
        self.commit({**BEFORE, ".pantheon.toml": policy}, "Begin")
        self.git("remote", "add", "origin", str(self.remote))
        self.git("push", "-q", "-u", "origin", "main")
        self.base = self.git("rev-parse", "HEAD").stdout.strip()
        assert self.run(self.pantheon, "hooks", "install").code == 0

    def commit(self, files: dict[str, str], message: str) -> None:
        for path, text in files.items():
            (self.root / path).parent.mkdir(exist_ok=True)
            (self.root / path).write_text(text)
        self.git("add", "-A")
        self.git("commit", "-q", "-m", message)

    def run(self, *argv: typing.Any, at: pathlib.Path | None = None, stdin: str = "", key: str = KEY) -> Ran:
        """Runs a program that sees this world only."""
        env = {
            "PATH": f"{self.pantheon.parent}:{os.environ['PATH']}",
            "HOME": str(self.world),
            "PANTHEON_STATE_DIR": str(self.world / self.state),
            "REVIEW_KEY": key,
            "GIT_CONFIG_NOSYSTEM": "1",
            "GIT_TERMINAL_PROMPT": "0",
            "LC_ALL": "C.UTF-8",
            **{f"GIT_{who}_NAME": "A" for who in ("AUTHOR", "COMMITTER")},
            **{f"GIT_{who}_EMAIL": "a@example.org" for who in ("AUTHOR", "COMMITTER")},
        }
        begun = time.monotonic()
        done = subprocess.run(
            [str(word) for word in argv],
            cwd=at or self.root,
            env=env,
            input=stdin,
            capture_output=True,
            text=True,
            timeout=DEADLINE + 60,
        )
        assert key not in done.stdout + done.stderr, "the key is shown"
        return Ran(done.returncode, done.stdout, done.stderr, time.monotonic() - begun)

    def git(self, *words: str, at: pathlib.Path | None = None) -> Ran:
        ran = self.run("git", *words, at=at)
        assert ran.code == 0, ran
        return ran

    def push(self) -> Ran:
        """Pushes; whatever comes of it, the remote is as before afterwards."""
        ran = self.run("git", "push", "origin", "main")
        pushed = self.git("ls-remote", str(self.remote), "refs/heads/main").stdout.split()[0]
        assert (pushed != self.base) == (ran.code == 0), ran
        self.git("update-ref", "refs/heads/main", self.base, at=self.remote)
        self.git("update-ref", "refs/remotes/origin/main", self.base)
        return ran

    def hook(self) -> Ran:
        """Runs the hook as git does for a push."""
        head = self.git("rev-parse", "HEAD").stdout.strip()
        stdin = f"refs/heads/main {head} refs/heads/main {self.base}\n"
        return self.run(self.root / ".git/hooks/pre-push", "origin", self.remote, stdin=stdin)

    def review(self) -> tuple[Ran, typing.Any]:
        ran = self.run(self.pantheon, "review", "--stage", "pre-push", "--format", "json")
        assert ran.stdout, ran
        return ran, json.loads(ran.stdout)

    def changed(self) -> dict[str, set[int]]:
        """The lines of each file that the change wrote, or beside which it took some away."""
        lines: dict[str, set[int]] = {}
        path = ""
        for line in self.git("diff", "-U0", "--no-color", self.base, "HEAD").stdout.splitlines():
            if line.startswith("+++ b/"):
                path = line[6:]
            elif found := re.match(r"@@ -\S+ \+(\d+)(?:,(\d+))? @@", line):
                first, count = int(found[1]), int(found[2] or 1)
                lines.setdefault(path, set()).update(range(first, first + max(count, 2)))
        return lines
