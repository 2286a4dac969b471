"""What the checks of models share: counting, programs that end with the check, and our own client."""

import contextlib
import json
import os
import pathlib
import secrets
import socket
import subprocess
import sys
import tempfile
import time
import traceback
import typing
import urllib.request

# A key that nothing may show. Some servers refuse one that could be guessed.
KEY = "sk-" + secrets.token_hex(24)

ROOT = pathlib.Path(__file__).resolve().parents[3]


class Report:
    """Counts checks and prints a line for each."""

    def __init__(self, part: str) -> None:
        self.part, self.passed, self.failed, self.skipped = part, 0, 0, 0

    @contextlib.contextmanager
    def case(self, name: str) -> typing.Iterator[None]:
        """Passes if nothing is raised within."""
        try:
            yield
        except Exception as error:  # whatever goes wrong is told and counted
            self.failed += 1
            at = traceback.extract_tb(error.__traceback__)[-1]
            said = " | ".join(str(error).split("\n"))[:600]
            print(f"FAIL {self.part} {name}: {type(error).__name__} at {at.name}:{at.lineno}: {said}", flush=True)
        else:
            self.passed += 1
            print(f"ok   {self.part} {name}", flush=True)

    def skip(self, name: str, why: str) -> None:
        self.skipped += 1
        print(f"skip {self.part} {name}: {why}", flush=True)

    def end(self) -> int:
        """Prints the sum and returns the exit code. Nothing checked is a failure."""
        skipped = f", {self.skipped} skipped" if self.skipped else ""
        print(f"{self.passed} passed, {self.failed} failed{skipped}")
        return 1 if self.failed or not self.passed else 0


def equal(got: object, expected: object) -> None:
    assert got == expected, f"{got!r} instead of {expected!r}"


@contextlib.contextmanager
def program(
    argv: list[str], ready: typing.Callable[[], bool], limit: float = 180, **env: str
) -> typing.Iterator[int]:
    """Runs a server until the end of the block, and gives its process id."""
    with tempfile.TemporaryFile() as log:
        server = subprocess.Popen(
            argv, stdin=subprocess.DEVNULL, stdout=log, stderr=log, env={**os.environ, **env}
        )
        try:
            end = time.monotonic() + limit
            while not ready():
                if server.poll() is not None or time.monotonic() > end:
                    log.seek(0)
                    told = log.read()[-2000:].decode(errors="replace")
                    raise RuntimeError(f"`{pathlib.Path(argv[0]).name}` does not answer: {told}")
                time.sleep(0.2)
            yield server.pid
        finally:
            server.terminate()
            try:
                server.wait(15)
            except subprocess.TimeoutExpired:
                server.kill()
                server.wait()


def answers(url: str) -> typing.Callable[[], bool]:
    """Makes a question whether an address answers with success."""

    def ask() -> bool:
        try:
            with urllib.request.urlopen(url, timeout=2) as answer:
                return answer.status == 200
        except OSError:
            return False

    return ask


def post(url: str, body: object) -> typing.Any:
    data = json.dumps(body).encode()
    request = urllib.request.Request(url, data, {"content-type": "application/json"})
    with urllib.request.urlopen(request, timeout=60) as answer:
        return json.load(answer)


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return found.getsockname()[1]


class Ours:
    """Our client, as `examples/ask.rs` has it, with a state of its own."""

    def __init__(self, program: str, state: str) -> None:
        self.program, self.state = program, pathlib.Path(state)

    def ask(
        self,
        base_url: str,
        model: str,
        *flags: str,
        kind: str = "openai-compatible",
        prompt: str = "Say hello.",
        state: str = "state",
        provider: str = "",
        more: str = "",
        key: str = KEY,
    ) -> typing.Any:
        """Asks a model; the settings are lines of TOML."""
        config = self.state / "ask.toml"
        config.write_text(
            "version = 1\n"
            f'[providers.there]\nkind = "{kind}"\nbase-url = "{base_url}"\napi-key-env = "ASK_KEY"\n'
            f'attempts = 1\nfirst-byte-timeout = "300s"\n{provider}\n[models.asked]\nprovider = "there"\nid = "{model}"\n'
            f'[routing]\ndefault = "asked"\n{more}\n'
        )
        env = {**os.environ, "PANTHEON_STATE_DIR": str(self.state / state), "ASK_KEY": key}
        done = subprocess.run(
            # The first of two flags counts.
            [self.program, str(config), *flags, "--deadline", "600"],
            input=prompt.encode(),
            capture_output=True,
            env=env,
            timeout=700,
        )
        assert done.returncode == 0, done.stderr.decode(errors="replace")[-600:]
        assert key.encode() not in done.stdout + done.stderr, "the key is shown"
        return json.loads(done.stdout)


def told(value: object) -> str:
    """A value in one line, for a failure."""
    return json.dumps(value)[:900]


if __name__ == "__main__":
    sys.exit("this is no check")
