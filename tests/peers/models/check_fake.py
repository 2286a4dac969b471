#!/usr/bin/env python3
"""Holds our fake server against the providers' own SDKs: what it answers, they must understand.

    cargo build --example fake
    sdk/bin/python tests/peers/models/check_fake.py target/debug/examples/fake [gemini|anthropic|openai...]

Each SDK asks as a program would: at one go, as a stream, for a form, with tools, for counts and lists; and
each error must be raised as the class that the SDK has for it. What is answered is held against the SDK's
types once more, strictly: no field may be missing or unknown.
"""

import subprocess
import sys

import fake_anthropic
import fake_gemini
import fake_openai
from suite import Report

PARTS = {
    "gemini": fake_gemini.check,
    "anthropic": fake_anthropic.check,
    "openai": fake_openai.check_responses,
    "openai-compatible": fake_openai.check_chat,
}


def main() -> int:
    report = Report("")
    with subprocess.Popen([sys.argv[1], "300"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as fake:
        base = fake.stdout.readline().strip()
        try:
            for name in sys.argv[2:] or PARTS:
                report.part = name
                PARTS[name](report, base)
        finally:
            # It ends with its input.
            fake.stdin.close()
            with report.case("the server ends"):
                assert fake.wait(20) == 0
    return report.end()


if __name__ == "__main__":
    sys.exit(main())
