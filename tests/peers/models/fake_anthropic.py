"""Anthropic's SDK against our fake server."""

import anthropic
import httpx2
import pydantic

from strict import strict
from suite import KEY, Report, equal

SAID = '{"verdict":"pass","findings":[]}'

READ = {"name": "read", "description": "Reads", "input_schema": {"type": "object"}}

# The model, the class, the status, and the type of the error.
ERRORS = [
    ("busy", "RateLimitError", 429, "rate_limit_error"),
    ("day", "ContractSpendLimitReachedError", 429, "rate_limit_error"),
    ("full", "OverloadedError", 529, "overloaded_error"),
    ("fault", "InternalServerError", 500, "api_error"),
    ("key", "AuthenticationError", 401, "authentication_error"),
    ("gone", "NotFoundError", 404, "not_found_error"),
    ("long", "BadRequestError", 400, "invalid_request_error"),
]


class Verdict(pydantic.BaseModel):
    verdict: str
    findings: list[str]


def of(model: str) -> dict:
    return {"model": model, "max_tokens": 100, "messages": [{"role": "user", "content": "x"}]}


def check(report: Report, base: str) -> None:
    with anthropic.Anthropic(api_key=KEY, base_url=base, max_retries=0) as client:
        answers(report, client)
        for model, kind, status, word in ERRORS:
            for stream in (False, True):
                with report.case(f"error {model}{' as a stream' if stream else ''}"):
                    raised(client, stream, model, kind, status, word)
        broken_streams(report, client)


def answers(report: Report, client: anthropic.Anthropic) -> None:
    with report.case("plain"):
        answer = client.messages.create(**of("model-1"))
        equal(([block.text for block in answer.content], answer.stop_reason), ([SAID], "end_turn"))
        equal((answer.usage.input_tokens, answer.usage.output_tokens, answer.model), (40, 9, "model-1"))
    for model in ("model-1", "tool", "cap", "safety"):
        with report.case(f"strict {model}"):
            strict(client.messages.create(**of(model)))
        with report.case(f"strict {model} as a stream"):
            for event in client.messages.create(**of(model), stream=True):
                strict(event)
    with report.case("stream"):
        with client.messages.stream(**of("model-1")) as stream:
            equal("".join(stream.text_stream), SAID)
            last = stream.get_final_message()
        equal((last.stop_reason, last.usage.input_tokens, last.usage.output_tokens), ("end_turn", 40, 9))
    with report.case("structured"):
        answer = client.messages.parse(**of("model-1"), output_format=Verdict)
        equal(answer.parsed_output, Verdict(verdict="pass", findings=[]))
    with report.case("tools"):
        answer = client.messages.create(**of("tool"), tools=[READ])
        equal(answer.stop_reason, "tool_use")
        equal([(c.id, c.name, c.input) for c in answer.content], [("call-1", "read", {"path": "a.rs"})])
    with report.case("tools as a stream"):
        with client.messages.stream(**of("tool"), tools=[READ]) as stream:
            equal([call.input for call in stream.get_final_message().content], [{"path": "a.rs"}])
    with report.case("count"):
        asked = {key: value for key, value in of("model-1").items() if key != "max_tokens"}
        equal(client.messages.count_tokens(**asked).input_tokens, 40)
    with report.case("models"):
        models = list(client.models.list())
        equal([model.id for model in models], ["model-1"])
    for model, reason in (("cap", "max_tokens"), ("safety", "refusal")):
        with report.case(reason):
            answer = client.messages.create(**of(model))
            equal((answer.content, answer.stop_reason), ([], reason))


def raised(client: anthropic.Anthropic, stream: bool, model: str, kind: str, status: int, word: str) -> None:
    try:
        client.messages.create(**of(model), stream=stream)
    except anthropic.APIStatusError as error:
        equal((type(error).__name__, error.status_code), (kind, status))
        equal((error.body["error"]["type"], error.request_id), (word, "req-1"))
        equal(error.response.headers.get("retry-after"), "2" if model == "busy" else None)
    else:
        raise AssertionError("nothing was raised")


def broken_streams(report: Report, client: anthropic.Anthropic) -> None:
    with report.case("error within a stream"):
        try:
            list(client.messages.create(**of("mid"), stream=True))
        except anthropic.APIStatusError as error:
            equal(error.body["error"]["type"], "overloaded_error")
        else:
            raise AssertionError("nothing was raised")
    with report.case("cut stream"):
        try:
            list(client.messages.create(**of("cut"), stream=True))
        except (httpx2.RemoteProtocolError, anthropic.APIConnectionError):
            pass
        else:
            raise AssertionError("nothing was raised")
    with report.case("stream without a finish"):
        kinds = [event.type for event in client.messages.create(**of("end"), stream=True)]
        equal(kinds[-1], "content_block_delta")
