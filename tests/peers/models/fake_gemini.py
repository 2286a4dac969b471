"""Google's SDK against our fake server."""

import httpx2
import pydantic
from google import genai
from google.genai import errors, types

from suite import KEY, Report, equal, post

SAID = '{"verdict":"pass","findings":[]}'

READ = types.Tool(
    function_declarations=[
        types.FunctionDeclaration(name="read", description="Reads", parameters_json_schema={"type": "object"})
    ]
)

# The model, the class, the status, the status's word, and a word of the details.
ERRORS = [
    ("busy", errors.ClientError, 429, "RESOURCE_EXHAUSTED", "'retryDelay': '2s'"),
    ("day", errors.ClientError, 429, "RESOURCE_EXHAUSTED", "PerDay"),
    ("full", errors.ServerError, 503, "UNAVAILABLE", "overloaded"),
    ("fault", errors.ServerError, 500, "INTERNAL", ""),
    ("key", errors.ClientError, 400, "INVALID_ARGUMENT", "API_KEY_INVALID"),
    ("gone", errors.ClientError, 404, "NOT_FOUND", ""),
    ("long", errors.ClientError, 400, "INVALID_ARGUMENT", "8192"),
]


class Verdict(pydantic.BaseModel):
    verdict: str
    findings: list[str]


def check(report: Report, base: str) -> None:
    options = types.HttpOptions(base_url=base, retry_options=types.HttpRetryOptions(attempts=1))
    with genai.Client(api_key=KEY, http_options=options) as client:
        answers(report, client.models)
        for model, kind, status, word, detail in ERRORS:
            for stream in (False, True):
                with report.case(f"error {model}{' as a stream' if stream else ''}"):
                    raised(client.models, stream, model, kind, status, word, detail)
        broken_streams(report, client.models)
    for model in ("model-1", "cap", "safety", "tool"):
        with report.case(f"strict {model}"):
            body = post(f"{base}/v1/models/{model}:generateContent", {})
            types.GenerateContentResponse.model_validate(body)


def answers(report: Report, models: genai.models.Models) -> None:
    with report.case("plain"):
        answer = models.generate_content(model="model-1", contents="x")
        equal((answer.text, answer.model_version), (SAID, "model-1"))
        equal(answer.candidates[0].finish_reason, types.FinishReason.STOP)
        usage = answer.usage_metadata
        equal((usage.prompt_token_count, usage.candidates_token_count), (40, 9))
    with report.case("stream"):
        pieces = list(models.generate_content_stream(model="model-1", contents="x"))
        equal(("".join(piece.text for piece in pieces), len(pieces)), (SAID, 2))
        equal(pieces[-1].candidates[0].finish_reason, types.FinishReason.STOP)
    with report.case("structured"):
        config = types.GenerateContentConfig(response_mime_type="application/json", response_schema=Verdict)
        answer = models.generate_content(model="model-1", contents="x", config=config)
        equal(answer.parsed, Verdict(verdict="pass", findings=[]))
    with report.case("tools"):
        config = types.GenerateContentConfig(tools=[READ])
        calls = models.generate_content(model="tool", contents="x", config=config).function_calls
        equal([(call.id, call.name, call.args) for call in calls], [("call-1", "read", {"path": "a.rs"})])
    with report.case("count"):
        equal(models.count_tokens(model="model-1", contents="x").total_tokens, 40)
    with report.case("models"):
        equal([model.name for model in models.list()], ["models/model-1"])
    with report.case("out of tokens"):
        answer = models.generate_content(model="cap", contents="x")
        equal((answer.text, answer.candidates[0].finish_reason), (None, types.FinishReason.MAX_TOKENS))
        equal(answer.usage_metadata.thoughts_token_count, 2047)
    with report.case("safety"):
        answer = models.generate_content(model="safety", contents="x")
        equal((answer.text, answer.candidates), (None, None))
        equal(answer.prompt_feedback.block_reason, types.BlockedReason.PROHIBITED_CONTENT)


def raised(
    models: genai.models.Models, stream: bool, model: str, kind: type, status: int, word: str, detail: str
) -> None:
    try:
        if stream:
            list(models.generate_content_stream(model=model, contents="x"))
        else:
            models.generate_content(model=model, contents="x")
    except errors.APIError as error:
        equal((type(error), error.code, error.status), (kind, status, word))
        assert detail in str(error.details), error.details
    else:
        raise AssertionError("nothing was raised")


def broken_streams(report: Report, models: genai.models.Models) -> None:
    with report.case("error within a stream"):
        try:
            list(models.generate_content_stream(model="mid", contents="x"))
        except errors.APIError as error:
            equal((error.code, error.status), (503, "UNAVAILABLE"))
        else:
            raise AssertionError("nothing was raised")
    with report.case("cut stream"):
        try:
            list(models.generate_content_stream(model="cut", contents="x"))
        except httpx2.RemoteProtocolError:
            pass
        else:
            raise AssertionError("nothing was raised")
    with report.case("stream without a finish"):
        pieces = list(models.generate_content_stream(model="end", contents="x"))
        equal([piece.candidates[0].finish_reason for piece in pieces], [None])
