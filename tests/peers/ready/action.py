"""Runs the steps of the composite action that are scripts, as a runner does, with a Cargo that copies the program
instead of building it: `action.py PROGRAM SCRATCH`."""

import os
import re
import subprocess
import sys
from pathlib import Path

import yaml

ACTION = Path(".github/actions/pantheon")
SECRET = "key = \"ghp_" + "q7R2mZ9xK4vT1wB8nY3cL6pD5sF0hJqWeRtY\"\n"


class Runner:
    def __init__(self, program, scratch):
        self.program, self.scratch = program, scratch
        self.temp = scratch / "temp"
        self.bin = scratch / "bin"
        for folder in (self.temp, self.bin):
            folder.mkdir()
        cargo = self.bin / "cargo"
        cargo.write_text(
            "#!/bin/sh\necho \"$PWD: $*\" >>\"$CARGO_LOG\"\nwhile [ \"$1\" != --root ]; do shift; done\n"
            f"mkdir -p \"$2/bin\" && cp '{program}' \"$2/bin/pantheon\"\n"
        )
        cargo.chmod(0o755)
        self.log = scratch / "cargo.log"
        self.repo = scratch / "repo"
        self.repo.mkdir()
        self.git("init", "-q", "-b", "main")
        self.commit(".pantheon.toml", 'version = 1\nextends = ["recommended"]\n')
        self.base = self.git("rev-parse", "HEAD")

    def git(self, *args):
        env = {
            "PATH": os.environ["PATH"], "HOME": str(self.scratch), "GIT_CONFIG_NOSYSTEM": "1",
            "GIT_AUTHOR_NAME": "A", "GIT_AUTHOR_EMAIL": "a@example.com",
            "GIT_COMMITTER_NAME": "A", "GIT_COMMITTER_EMAIL": "a@example.com",
        }
        done = subprocess.run(["git", *args], cwd=self.repo, env=env, check=True, capture_output=True, text=True)
        return done.stdout.strip()

    def commit(self, path, text):
        (self.repo / path).write_text(text)
        self.git("add", "-A")
        self.git("commit", "-q", "-m", f"Write {path}")

    def run(self, **inputs):
        """Runs the action; gives back how its step `judge` ended, its outputs and its standard output."""
        action = yaml.safe_load((ACTION / "action.yml").read_text())
        for name, row in action["inputs"].items():
            inputs.setdefault(name.replace("-", "_"), row["default"])
        outputs, code, said = {}, 0, ""
        for step in action["runs"]["steps"]:
            if "run" not in step:
                continue
            file = self.scratch / "output"
            file.write_text("")
            env = {name: self.value(text, inputs, outputs) for name, text in step["env"].items()}
            env |= {
                "PATH": f"{self.bin}:{os.environ['PATH']}", "HOME": str(self.scratch), "GITHUB_OUTPUT": str(file),
                "GITHUB_STEP_SUMMARY": str(self.scratch / "summary.md"), "RUNNER_TEMP": str(self.temp),
                "CARGO_LOG": str(self.log), "CI": "true", "GITHUB_ACTIONS": "true",
            }
            where = self.value(step.get("working-directory", str(self.repo)), inputs, outputs)
            done = subprocess.run(
                ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", step["run"]],
                cwd=where, env=env, capture_output=True, text=True, timeout=120,
            )
            lines = dict(line.split("=", 1) for line in file.read_text().splitlines())
            outputs[step.get("id", "")] = lines
            code, said = done.returncode, done.stdout + done.stderr
            if code:
                break
        return code, outputs, said

    def value(self, text, inputs, outputs):
        known = {
            "runner.temp": str(self.temp), "github.workspace": str(self.repo), "github.token": "t",
            "github.action_path": str(ACTION.resolve()),
            "inputs.post != '' && inputs.token || ''": inputs["token"] if inputs["post"] else "",
        }
        known |= {f"inputs.{name.replace('_', '-')}": value for name, value in inputs.items()}
        known |= {f"steps.{step}.outputs.{name}": value for step, all in outputs.items() for name, value in all.items()}
        return re.sub(r"\$\{\{ (.+?) \}\}", lambda part: known[part[1]], text)


def main():
    runner = Runner(Path(sys.argv[1]).resolve(), Path(sys.argv[2]))
    bad = []

    def insist(what, holds, said=""):
        print(("ok: " if holds else "FAILED: ") + what)
        if not holds:
            bad.append(what)
            print(said)

    runner.commit("a.py", "one = 1\n")
    code, outputs, said = runner.run(base=runner.base)
    insist("action: a clean change passes", (code, outputs["judge"]["exit-code"]) == (0, "0"), said)
    key = outputs["choose"]["key"]
    insist("action: what is built has a key of its files", re.fullmatch("[0-9a-f]{40}", key), key)
    log = runner.log.read_text()
    insist("action: it is built outside of the checkout", log.startswith(f"{runner.temp}: install --locked"), log)
    code, outputs, said = runner.run(base=runner.base)
    insist("action: it is built once", runner.log.read_text() == log, said)

    runner.commit("b.py", SECRET)
    code, outputs, said = runner.run(base=runner.base, sarif="true", formats="github,junit=gate.xml")
    judge = outputs["judge"]
    insist("action: a secret blocks", (code, judge["exit-code"]) == (1, "1"), said)
    insist("action: annotations", "::error" in said and "b.py" in said, said)
    insist("action: SARIF", Path(judge.get("sarif", "none")).is_file(), said)
    insist("action: a summary", "secrets/github-token" in (runner.scratch / "summary.md").read_text())
    insist("action: a file beside", (runner.repo / "gate.xml").is_file())

    touch = runner.scratch / "touched"
    hostile = f"$(touch {touch})`touch {touch}`\"; touch {touch}; '"
    for name in ("base", "head", "formats", "post", "stage", "sarif_category", "path", "version"):
        code, _, said = runner.run(**{name: hostile})
        insist(f"action: no `{name}` is a script", code != 0 and not touch.exists(), said)
    sys.exit(1 if bad else 0)


main()
