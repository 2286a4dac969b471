#!/usr/bin/env python3
"""Holds the bodies that the codecs make against the types of the providers' own SDKs.

    python3 -m venv sdk && sdk/bin/pip install google-genai==3.4.0 anthropic==2.11.0 openai==3.52.0
    cargo run --example encode | sdk/bin/python tests/peers/models/check_bodies.py

Reads the lines of `examples/encode.rs` and prints one line for each call: `ok`, or `FAIL` and why. Each body
is checked once more with a field that does not exist put into each of its objects in turn, and the check
must notice; where the types are open, it says so. Exit code 1 if a body fails, or if nothing was checked.
"""

import base64
import importlib
import json
import pkgutil
import sys
import typing
import warnings

# Google's SDK takes an unknown word of a list and warns.
warnings.simplefilter("error", UserWarning)

# What is typed as any iterable is looked into only when somebody iterates: messages would pass unseen. The
# SDKs take this name when they are imported, which is below.
typing.Iterable = typing.List


class Unchecked(Exception):
    """No type is known for a call."""


# --- Gemini: pydantic models that forbid what they do not know.


def gemini(call, path, body):
    from google.genai import types as t

    if call == "count":
        if "generateContentRequest" in body:
            known(body, {"generateContentRequest"})
            inner = dict(body["generateContentRequest"])
            assert inner.pop("model").startswith("models/"), "the model is no resource"
            return gemini("ask", path, inner)
        known(body, {"contents"})
        return each(t.Content, body["contents"])
    if call == "create-cached":
        model(t.CreateCachedContentConfig, {k: v for k, v in body.items() if k != "model"})
        assert body["model"].startswith("models/"), "the model is no resource"
        return None
    if call not in ("ask", "stream"):
        raise Unchecked(call)
    top = {"contents", "systemInstruction", "tools", "toolConfig", "safetySettings"}
    known(body, top | {"generationConfig", "cachedContent", "serviceTier", "store", "labels"})
    each(t.Content, body["contents"])
    each(t.Tool, body.get("tools", []))
    each(t.SafetySetting, body.get("safetySettings", []))
    for key, kind in [
        ("systemInstruction", t.Content),
        ("toolConfig", t.ToolConfig),
        ("generationConfig", t.GenerationConfig),
    ]:
        if key in body:
            model(kind, body[key])
    if "serviceTier" in body:
        t.ServiceTier(body["serviceTier"])
    config = body.get("generationConfig", {})
    thinking = config.get("thinkingConfig", {})
    assert len(thinking.keys() & {"thinkingLevel", "thinkingBudget"}) < 2, "a level and a budget"
    assert ("responseJsonSchema" in config) <= ("responseMimeType" in config), "a schema without its type"
    if "cachedContent" in body:
        both = body.keys() & {"systemInstruction", "tools", "toolConfig"}
        assert not both, f"{both} beside a kept prefix"
    return None


def known(body, keys):
    if unknown := body.keys() - keys:
        raise ValueError(f"unknown fields {sorted(unknown)}")


def each(kind, values):
    for value in values:
        model(kind, value)


def model(kind, value):
    """Checks a value, and that nothing of it is lost or read as something else."""
    read = kind.model_validate(value).model_dump(by_alias=True, exclude_none=True, mode="json")
    assert plain(read) == plain(value), f"read as {read}"


def plain(value):
    """A value with bytes in one form: Python's SDK writes base64 for URLs."""
    if isinstance(value, dict):
        return {k: signature(v) if k == "thoughtSignature" else plain(v) for k, v in value.items()}
    if isinstance(value, list):
        return [plain(v) for v in value]
    return value


def signature(text):
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


# --- Anthropic and OpenAI: typed dictionaries, which are made to forbid.


def forbid(root):
    """Makes the types of a package refuse fields that they do not have.

    Those of answers too: a turn of the model's may be given back as it came.
    """
    import pydantic
    import typing_extensions

    package = importlib.import_module(root)
    models = set()
    for _, name, _ in pkgutil.walk_packages(package.__path__, root + "."):
        try:
            module = importlib.import_module(name)
        except ImportError:
            continue
        for kind in vars(module).values():
            if not getattr(kind, "__module__", "").startswith(root.split(".")[0]):
                continue
            if typing.is_typeddict(kind) or typing_extensions.is_typeddict(kind):
                kind.__pydantic_config__ = {"extra": "forbid", "arbitrary_types_allowed": True}
            elif isinstance(kind, type) and issubclass(kind, pydantic.BaseModel):
                models.add(kind)
    for kind in models:
        kind.model_config["extra"] = "forbid"
    # Twice: a type holds the ones that it is made of as they were when it was built.
    for kind in [*models, *models]:
        kind.model_rebuild(force=True, raise_errors=False)


ADAPTERS = {}


def typed(package, module, kind, body):
    import pydantic

    key = (module, kind)
    if key not in ADAPTERS:
        if not any(k[0].startswith(package) for k in ADAPTERS):
            forbid(package)
        ADAPTERS[key] = pydantic.TypeAdapter(getattr(importlib.import_module(module), kind))
    ADAPTERS[key].validate_python(body)


def anthropic(call, path, body):
    if path.endswith("/messages/count_tokens"):
        kind = ("message_count_tokens_params", "MessageCountTokensParams")
    elif path.endswith("/messages"):
        streams = "MessageCreateParamsStreaming" if body.get("stream") else "MessageCreateParamsNonStreaming"
        kind = ("message_create_params", streams)
    else:
        raise Unchecked(path)
    typed("anthropic.types", f"anthropic.types.{kind[0]}", kind[1], body)


def openai(call, path, body):
    if path.endswith("/responses/input_tokens"):
        kind = ("responses.input_token_count_params", "InputTokenCountParams")
    elif path.endswith("/responses"):
        streams = "ResponseCreateParamsStreaming" if body.get("stream") else "ResponseCreateParamsNonStreaming"
        kind = ("responses.response_create_params", streams)
    elif path.endswith("/chat/completions"):
        streams = "CompletionCreateParamsStreaming" if body.get("stream") else "CompletionCreateParamsNonStreaming"
        kind = ("chat.completion_create_params", streams)
    else:
        raise Unchecked(path)
    typed("openai.types", f"openai.types.{kind[0]}", kind[1], body)


CHECKS = {"gemini": gemini, "anthropic": anthropic, "openai": openai, "openai-compatible": openai}

# Objects that belong to the caller: schemas and arguments may hold anything.
FREE = {
    "responseJsonSchema", "parametersJsonSchema", "args", "response", "schema", "input_schema", "parameters",
    "input", "metadata",
}


def spoiled(value, path=""):
    """Yields where, and the value with a field that does not exist put there."""
    if isinstance(value, dict):
        yield path or "/", {**value, "bogus": 1}
        items = [(k, v) for k, v in value.items() if k not in FREE or isinstance(v, list)]
    else:
        items = list(enumerate(value)) if isinstance(value, list) else []
    for key, inner in items:
        for where, changed in spoiled(inner, f"{path}/{key}"):
            copy = dict(value) if isinstance(value, dict) else list(value)
            copy[key] = changed
            yield where, copy


def verdict(check, line, body):
    try:
        check(line["call"], line["path"], body)
    except Unchecked:
        raise
    except Exception as error:  # whatever a type says against a body
        return " | ".join(str(error).split("\n"))[:400] or type(error).__name__
    return None


def main():
    passed, failed, unseen = 0, 0, {}
    for line in map(json.loads, open(sys.argv[1]) if len(sys.argv) > 1 else sys.stdin):
        name = f"{line['kind']} {line['case']} {line['call']}"
        if line["body"] is None:
            continue
        check = CHECKS[line["kind"]]
        try:
            wrong = verdict(check, line, line["body"])
        except Unchecked as call:
            print(f"FAIL {name}: no type is known for {call}")
            failed += 1
            continue
        print(f"FAIL {name}: {wrong}" if wrong else f"ok   {name}")
        passed, failed = passed + (not wrong), failed + bool(wrong)
        for where, body in spoiled(line["body"]):
            if verdict(check, line, body) is None:
                unseen.setdefault((line["kind"], where), name)
    for (kind, where), name in sorted(unseen.items()):
        print(f"open {kind} {where}: a field that does not exist passes, first in `{name}`")
    print(f"{passed} passed, {failed} failed")
    return 1 if failed or not passed else 0


if __name__ == "__main__":
    sys.exit(main())
