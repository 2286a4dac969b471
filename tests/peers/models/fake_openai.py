"""OpenAI's SDK against our fake server, in both of its contracts."""

import typing

import httpx2
import openai
import pydantic

from strict import strict
from suite import KEY, Report, equal

SAID = '{"verdict":"pass","findings":[]}'

CALL = ("call-1", "read", '{"path":"a.rs"}')

# The model, the class, the status, and the code.
ERRORS = [
    ("busy", openai.RateLimitError, 429, None),
    ("day", openai.RateLimitError, 429, "insufficient_quota"),
    ("full", openai.InternalServerError, 503, None),
    ("fault", openai.InternalServerError, 500, None),
    ("key", openai.AuthenticationError, 401, None),
    ("gone", openai.NotFoundError, 404, None),
    ("long", openai.BadRequestError, 400, "context_length_exceeded"),
]

Create = typing.Callable[..., typing.Any]


class Verdict(pydantic.BaseModel):
    verdict: str
    findings: list[str]


def client(base: str) -> openai.OpenAI:
    return openai.OpenAI(api_key=KEY, base_url=f"{base}/v1", max_retries=0)


def check_responses(report: Report, base: str) -> None:
    with client(base) as sdk:

        def create(model: str, **more: object) -> typing.Any:
            return sdk.responses.create(model=model, input="x", **more)

        responses(report, sdk, create)
        with report.case("count"):
            equal(sdk.responses.input_tokens.count(model="model-1", input="x").input_tokens, 40)
        common(report, sdk, create)


def check_chat(report: Report, base: str) -> None:
    with client(base) as sdk:

        def create(model: str, **more: object) -> typing.Any:
            return sdk.chat.completions.create(model=model, messages=[{"role": "user", "content": "x"}], **more)

        chat(report, sdk, create)
        common(report, sdk, create)


def responses(report: Report, sdk: openai.OpenAI, create: Create) -> None:
    with report.case("plain"):
        answer = create("model-1")
        equal((answer.output_text, answer.status, answer.model), (SAID, "completed", "model-1"))
        equal((answer.usage.input_tokens, answer.usage.output_tokens), (40, 9))
    with report.case("stream"):
        with sdk.responses.stream(model="model-1", input="x") as stream:
            said = "".join(event.delta for event in stream if event.type == "response.output_text.delta")
            equal((said, stream.get_final_response().output_text), (SAID, SAID))
    with report.case("structured"):
        answer = sdk.responses.parse(model="model-1", input="x", text_format=Verdict)
        equal(answer.output_parsed, Verdict(verdict="pass", findings=[]))
    tool = {"type": "function", "name": "read", "parameters": {"type": "object"}, "strict": False}
    with report.case("tools"):
        calls = create("tool", tools=[tool]).output
        equal([(call.call_id, call.name, call.arguments) for call in calls], [CALL])
    with report.case("tools as a stream"):
        with sdk.responses.stream(model="tool", input="x", tools=[tool]) as stream:
            calls = stream.get_final_response().output
        equal([(call.call_id, call.name, call.arguments) for call in calls], [CALL])
    for model, reason in (("cap", "max_output_tokens"), ("safety", "content_filter")):
        with report.case(reason):
            answer = create(model)
            equal((answer.status, answer.incomplete_details.reason), ("incomplete", reason))


def chat(report: Report, sdk: openai.OpenAI, create: Create) -> None:
    ask = {"messages": [{"role": "user", "content": "x"}]}
    with report.case("plain"):
        answer = create("model-1")
        choice = answer.choices[0]
        equal((choice.message.content, choice.finish_reason, answer.model), (SAID, "stop", "model-1"))
        equal((answer.usage.prompt_tokens, answer.usage.completion_tokens), (40, 9))
    with report.case("stream"):
        pieces = list(create("model-1", stream=True, stream_options={"include_usage": True}))
        said = "".join(choice.delta.content or "" for piece in pieces for choice in piece.choices)
        equal((said, pieces[-1].usage.total_tokens), (SAID, 49))
    with report.case("structured"):
        answer = sdk.chat.completions.parse(model="model-1", response_format=Verdict, **ask)
        equal(answer.choices[0].message.parsed, Verdict(verdict="pass", findings=[]))
    tool = {"type": "function", "function": {"name": "read", "parameters": {"type": "object"}}}
    with report.case("tools"):
        choice = create("tool", tools=[tool]).choices[0]
        calls = [(call.id, call.function.name, call.function.arguments) for call in choice.message.tool_calls]
        equal((calls, choice.finish_reason), ([CALL], "tool_calls"))
    with report.case("tools as a stream"):
        with sdk.chat.completions.stream(model="tool", tools=[tool], **ask) as stream:
            choice = stream.get_final_completion().choices[0]
        equal([call.function.arguments for call in choice.message.tool_calls], [CALL[2]])
    for model, kind in (("cap", openai.LengthFinishReasonError), ("safety", openai.ContentFilterFinishReasonError)):
        with report.case(kind.__name__):
            try:
                sdk.chat.completions.parse(model=model, response_format=Verdict, **ask)
            except kind:
                continue
            raise AssertionError("nothing was raised")


def common(report: Report, sdk: openai.OpenAI, create: Create) -> None:
    with report.case("models"):
        equal([model.id for model in sdk.models.list()], ["model-1"])
    for model in ("model-1", "tool", "cap", "safety"):
        with report.case(f"strict {model}"):
            strict(create(model))
        with report.case(f"strict {model} as a stream"):
            for event in create(model, stream=True):
                strict(event)
    for model, kind, status, code in ERRORS:
        for stream in (False, True):
            with report.case(f"error {model}{' as a stream' if stream else ''}"):
                raised(create, stream, model, kind, status, code)
    with report.case("error within a stream"):
        try:
            kinds = [getattr(event, "type", "") for event in create("mid", stream=True)]
        except openai.APIError as error:
            assert "overloaded" in error.message, error.message
        else:
            # In its own contract the error is an event like the others.
            equal(kinds[-1], "error")
    with report.case("cut stream"):
        try:
            list(create("cut", stream=True))
        except (httpx2.RemoteProtocolError, openai.APIConnectionError):
            pass
        else:
            raise AssertionError("nothing was raised")
    with report.case("stream without a finish"):
        last = list(create("end", stream=True))[-1]
        assert getattr(last, "type", "") != "response.completed", last
        assert all(choice.finish_reason is None for choice in getattr(last, "choices", [])), last


def raised(create: Create, stream: bool, model: str, kind: type, status: int, code: str | None) -> None:
    try:
        create(model, stream=stream)
    except openai.APIStatusError as error:
        equal((type(error), error.status_code, error.code), (kind, status, code))
        equal(error.response.headers.get("retry-after"), "2" if model == "busy" else None)
        equal(error.request_id, "req-1")
    else:
        raise AssertionError("nothing was raised")
