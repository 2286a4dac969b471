#!/usr/bin/env python3
"""Our client against LiteLLM's proxy, which speaks all four contracts.

    python3 -m venv proxy && proxy/bin/pip install 'litellm[proxy]'
    cargo build --example ask --example fake
    proxy/bin/python tests/peers/models/check_proxy.py \\
        target/debug/examples/ask target/debug/examples/fake [PYTHON-WITH-XLLAMACPP [GGUF]]

Behind the proxy stand its own mocks; our fake server, so that its errors pass through a proxy; and, with an
interpreter that has `xllamacpp`, a real model.
"""

import contextlib
import json
import pathlib
import subprocess
import sys
import tempfile
import typing

from check_local import DIFF, held
from suite import KEY, Ours, Report, answers, equal, free_port, program, told

SAID = '{"verdict":"pass","findings":[]}'

# What the proxy's own mocks are told to raise.
MOCKS = {
    "mock-good": {"mock_response": SAID},
    "mock-429": {"mock_response": "litellm.RateLimitError"},
    "mock-500": {"mock_response": "litellm.InternalServerError"},
    "mock-long": {"mock_response": "litellm.ContextWindowExceededError"},
    "mock-late": {"mock_timeout": True, "timeout": 1},
}

# What comes of them.
OUTCOMES = {
    "mock-good": "complete",
    "mock-429": "rate-limited",
    "mock-500": "server",
    "mock-long": "context-too-long",
    "mock-late": "server",
}

# The scenes of the fake, behind the proxy.
SCENES = {
    "model-1": "complete",
    "busy": "rate-limited",
    "day": "exhausted",
    "fault": "server",
    "long": "context-too-long",
    "cap": "truncated",
}

KINDS = ["gemini", "anthropic", "openai", "openai-compatible"]



def quirk(kind: str, model: str, stream: bool) -> tuple[str, str]:
    """What this proxy makes of a model otherwise than the contract says, if it does, and how."""
    if kind == "openai" and stream and model.startswith("mock-"):
        return "server", "the proxy's mocks fail in streams of this contract"
    if kind in ("gemini", "openai") and model in ("mock-429", "mock-500", "mock-long"):
        return "complete", "the proxy's mocks say the error as the answer in this contract"
    if kind in ("gemini", "openai-compatible") and model == "day":
        return "rate-limited", "the proxy leaves the code of the error out"
    return "", ""


def settings(fake: str, real: str | None) -> dict[str, typing.Any]:
    """The proxy's configuration: JSON is YAML."""
    models = [named(name, {"model": "openai/mock", "api_key": "none", **mock}) for name, mock in MOCKS.items()]
    for scene in SCENES:
        models.append(named(scene, {"model": f"openai/{scene}", "api_base": f"{fake}/v1", "api_key": "none"}))
    if real:
        models.append(named("real", {"model": "openai/real", "api_base": f"{real}/v1", "api_key": "none"}))
    # One failure says nothing about the next call.
    router = {"num_retries": 0, "disable_cooldowns": True}
    return {
        "model_list": models,
        "litellm_settings": {"telemetry": False, "num_retries": 0, "drop_params": True},
        "router_settings": router,
    }


def named(name: str, params: dict[str, typing.Any]) -> dict[str, typing.Any]:
    return {"model_name": name, "litellm_params": params}


class Proxy:
    """The proxy from our side."""

    def __init__(self, ours: Ours, address: str) -> None:
        self.ours, self.address = ours, address

    def ask(self, kind: str, model: str, stream: bool, *flags: str, **more: str) -> typing.Any:
        base = self.address + ("/v1" if kind == "openai-compatible" else "")
        version = 'api-version = "v1beta"\n' if kind == "gemini" else ""
        provider = f"{version}stream = {str(stream).lower()}"
        state = f"{kind}-{model}-{stream}"
        return self.ours.ask(base, model, *flags, kind=kind, provider=provider, state=state, **more)


def check(report: Report, proxy: Proxy, real: bool) -> None:
    for kind in KINDS:
        report.part = f"litellm {kind}"
        for stream in (False, True):
            mode = "as a stream" if stream else "at one go"
            for model, expected in {**OUTCOMES, **SCENES}.items():
                one(report, proxy, kind, model, stream, expected)
            if real:
                with report.case(f"a real model, {mode}"):
                    got = proxy.ask(kind, "real", stream)
                    assert got["outcome"] in ("complete", "truncated") and got["answer"]["text"], told(got)
                    assert got["usage"]["prompt"] > 10 and got["usage"]["output"] > 0, told(got)
        if real and kind in ("gemini", "openai-compatible"):
            with report.case("a real model held to a schema"):
                held(proxy.ask(kind, "real", True, "--schema", prompt=DIFF))
    report.part = "litellm"
    with report.case("models"):
        models = proxy.ours.ask(f"{proxy.address}/v1", "x", "--models")["models"]
        assert set(MOCKS) <= set(models), models
    with report.case("a wrong key"):
        got = proxy.ours.ask(f"{proxy.address}/v1", "mock-good", key="sk-wrong-0123456789", state="wrong")
        # Without a database the proxy knows one key, and has no word for another.
        assert got["outcome"] in ("auth", "bad-request"), told(got)


def one(report: Report, proxy: Proxy, kind: str, model: str, stream: bool, expected: str) -> None:
    name = f"{model}, {'as a stream' if stream else 'at one go'}"
    other, why = quirk(kind, model, stream)
    got = proxy.ask(kind, model, stream, *(["--schema"] if expected == "complete" else []))
    if other and other != expected and got["outcome"] == other:
        report.skip(name, why)
        return
    with report.case(name):
        equal(got["outcome"], expected)
        if expected == "complete":
            answer = got["answer"]
            equal((answer["text"], answer["value"], got["cost"]), (SAID, json.loads(SAID), "$0.00"))
            equal((answer["whole"], answer["repairs"]), (True, []))
            assert got["usage"]["prompt"] > 0 and got["usage"]["output"] > 0, told(got)
        else:
            assert expected == "truncated" or got["failures"][0]["message"], told(got)


def main() -> int:
    report = Report("litellm")
    asker, fake, *local = sys.argv[1:]
    with contextlib.ExitStack() as stack:
        state = stack.enter_context(tempfile.TemporaryDirectory())
        ours = Ours(asker, state)
        server = subprocess.Popen([fake, "1800"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        stack.enter_context(server)
        stack.callback(server.stdin.close)
        real = None
        if local:
            port = free_port()
            real = f"http://127.0.0.1:{port}"
            serve = str(pathlib.Path(__file__).with_name("serve_llama.py"))
            argv = [local[0], serve, str(port), "2048", "real", *local[1:]]
            stack.enter_context(program(argv, answers(f"{real}/health")))
        else:
            report.skip("a real model", "no interpreter with `xllamacpp` is given")
        port = free_port()
        config = pathlib.Path(state) / "proxy.yaml"
        config.write_text(json.dumps(settings(server.stdout.readline().strip(), real)))
        tool = str(pathlib.Path(sys.executable).with_name("litellm"))
        argv = [tool, "--config", str(config), "--host", "127.0.0.1", "--port", str(port)]
        address = f"http://127.0.0.1:{port}"
        env = {"LITELLM_MASTER_KEY": KEY, "LITELLM_LOCAL_MODEL_COST_MAP": "True", "LITELLM_TELEMETRY": "False"}
        stack.enter_context(program(argv, answers(f"{address}/health/liveliness"), **env))
        check(report, Proxy(ours, address), real is not None)
    return report.end()


if __name__ == "__main__":
    sys.exit(main())
