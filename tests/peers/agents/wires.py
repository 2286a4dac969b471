"""The four contracts: what a request must hold, and what an answer looks like."""

import json
import time
from dataclasses import dataclass, field

#: What is said to have been used, so that a report can be held against it.
SENT, WRITTEN = 100, 20


class Wrong(Exception):
    """A request that is not as the contract has it."""


def need(condition, text: str):
    """Refuses a request."""
    if not condition:
        raise Wrong(text)


@dataclass
class Ask:
    """A request, whatever the contract."""

    model: str
    stream: bool
    #: The tools that are offered, by name, with the schemas of their arguments.
    schemas: dict = field(default_factory=dict)
    #: What tools answered, in order, as text.
    answers: list = field(default_factory=list)
    #: All that was said by the user.
    text: str = ""
    system: str = ""
    #: Whether there are no tools because what is written is to be read out of the words.
    wants_block: bool = False

    @property
    def tools(self) -> list[str]:
        return sorted(self.schemas)


def text_of(content) -> str:
    """Returns the words of a content, which is a text or a list of parts."""
    if isinstance(content, str):
        return content
    need(isinstance(content, list), "a content is a text or a list")
    return "\n".join(str(part.get("text", "")) for part in content)


def argument(schema: dict, *names: str) -> str:
    """Returns the name that a tool has for an argument."""
    known = schema.get("properties") or {}
    for name in names:
        if name in known:
            return name
    raise Wrong(f"a tool has none of {names}, but {sorted(known)}")


def call(ask: Ask, step: dict):
    """Returns the tool and the arguments that do a step; `None`: the step is words."""
    if "read" in step:
        for name in ("Read", "read", "read_file"):
            if name in ask.schemas:
                return name, {argument(ask.schemas[name], "file_path", "filePath", "path"): step["read"]}
        step = {"run": f"cat '{step['read']}'"}
    if "write" in step:
        for name in ("Write", "write", "write_file", "create_file"):
            if name in ask.schemas:
                schema = ask.schemas[name]
                path = argument(schema, "file_path", "filePath", "path")
                return name, {path: step["write"], "content": step["content"]}
        quoted = step["content"].replace("'", "'\\''")
        step = {"run": f"printf %s '{quoted}' > '{step['write']}'"}
    if "run" not in step:
        return None
    for name in ("Bash", "bash", "run_shell_command", "exec_command", "shell_command", "shell"):
        if name in ask.schemas:
            schema = ask.schemas[name]
            where = argument(schema, "command", "cmd")
            is_list = schema["properties"][where].get("type") == "array"
            given = {where: ["bash", "-lc", step["run"]] if is_list else step["run"]}
            if "description" in schema["properties"]:
                given["description"] = "Run a step"
            return name, given
    raise Wrong(f"no tool runs a command: {ask.tools}")


def words(ask: Ask, step: dict) -> str:
    """Returns what is said in a step, as a block where it writes a file without a tool."""
    if "write" not in step:
        return step.get("say", "I cannot do that.")
    path, content = step["write"], step["content"]
    if "SEARCH" not in ask.system:
        return f"Here it is.\n\n{path}\n```\n{content}```\n"
    return f"Here it is.\n\n{path}\n```\n<<<<<<< SEARCH\n{step.get('old', '')}=======\n{content}>>>>>>> REPLACE\n```\n"


def sse(value: dict, name: str | None = None) -> bytes:
    """Returns an event of a stream."""
    head = f"event: {name}\n" if name else ""
    return f"{head}data: {json.dumps(value)}\n\n".encode()


def halves(text: str) -> list[str]:
    """Cuts a text in two, as streams do."""
    middle = len(text) // 2
    return [part for part in (text[:middle], text[middle:]) if part]


class Anthropic:
    """Messages."""

    NAME = "anthropic"

    @staticmethod
    def error(status: int, text: str) -> dict:
        kind = "invalid_request_error" if status == 400 else "overloaded_error"
        return {"type": "error", "error": {"type": kind, "message": text}}

    @staticmethod
    def read(_path: str, headers, body: dict) -> Ask:
        need(headers.get("anthropic-version") == "2023-06-01", "`anthropic-version` must be 2023-06-01")
        bearer = (headers.get("authorization") or "").startswith("Bearer ")
        need(headers.get("x-api-key") or bearer, "a key must be there")
        need(isinstance(body["max_tokens"], int) and body["max_tokens"] > 0, "`max_tokens` must be more than 0")
        need(body["messages"] and body["messages"][0]["role"] == "user", "the user comes first")
        ask = Ask(body["model"], body.get("stream") is True)
        ask.system = text_of(body.get("system") or "")
        for tool in body.get("tools") or []:
            ask.schemas[tool["name"]] = tool.get("input_schema") or {}
        asked = set()
        for message in body["messages"]:
            Anthropic.message(ask, message, asked)
        need(not asked, f"calls without an answer: {sorted(asked)}")
        return ask

    @staticmethod
    def message(ask: Ask, message: dict, asked: set):
        """Takes a message, whose answers of tools must be to calls that were made."""
        need(message["role"] in ("user", "assistant", "system"), f"no role: {message['role']}")
        if isinstance(message["content"], str):
            ask.text += message["content"] + "\n"
            return
        for part in message["content"]:
            match part["type"]:
                case "tool_use":
                    need(isinstance(part["input"], dict), "an input is an object")
                    asked.add(part["id"])
                case "tool_result":
                    need(part["tool_use_id"] in asked, f"nobody called {part['tool_use_id']}")
                    asked.discard(part["tool_use_id"])
                    ask.answers.append(text_of(part.get("content") or ""))
                case "text" if message["role"] == "user":
                    ask.text += part["text"] + "\n"

    @staticmethod
    def answer(ask: Ask, step: dict):
        made = call(ask, step) if ask.tools else None
        number = len(ask.answers) + 1
        if made:
            block = {"type": "tool_use", "id": f"toolu_{number:04}", "name": made[0], "input": made[1]}
            deltas = [{"type": "input_json_delta", "partial_json": p} for p in halves(json.dumps(made[1]))]
            empty = {**block, "input": {}}
        else:
            block = {"type": "text", "text": words(ask, step)}
            deltas = [{"type": "text_delta", "text": p} for p in halves(block["text"])]
            empty = {**block, "text": ""}
        reason = "tool_use" if made else "end_turn"
        usage = {
            "input_tokens": SENT,
            "output_tokens": WRITTEN,
            "cache_creation_input_tokens": 0,
            "cache_read_input_tokens": 0,
        }
        message = {
            "id": f"msg_{number:04}",
            "type": "message",
            "role": "assistant",
            "model": ask.model,
            "content": [block],
            "stop_reason": reason,
            "stop_sequence": None,
            "usage": usage,
        }
        if not ask.stream:
            return "json", message
        start = {**message, "content": [], "stop_reason": None, "usage": {**usage, "output_tokens": 1}}
        events = [{"type": "message_start", "message": start}]
        events.append({"type": "content_block_start", "index": 0, "content_block": empty})
        events += [{"type": "content_block_delta", "index": 0, "delta": delta} for delta in deltas]
        events.append({"type": "content_block_stop", "index": 0})
        end = {"stop_reason": reason, "stop_sequence": None}
        events.append({"type": "message_delta", "delta": end, "usage": {"output_tokens": WRITTEN}})
        events.append({"type": "message_stop"})
        return "stream", [sse(event, event["type"]) for event in events]


class Count:
    """Counts of tokens, which some programs ask for."""

    NAME = "count"
    error = Anthropic.error

    @staticmethod
    def read(_path: str, _headers, body: dict) -> Ask:
        return Ask(body.get("model", ""), False)

    @staticmethod
    def answer(_ask: Ask, _step: dict):
        return "json", {"input_tokens": SENT, "totalTokens": SENT}


class Responses:
    """OpenAI's Responses."""

    NAME = "responses"

    @staticmethod
    def error(_status: int, text: str) -> dict:
        return {"error": {"message": text, "type": "invalid_request_error", "param": None, "code": None}}

    @staticmethod
    def read(_path: str, headers, body: dict) -> Ask:
        need((headers.get("authorization") or "").startswith("Bearer "), "`authorization` must bear a key")
        ask = Ask(body["model"], body.get("stream") is True)
        ask.system = body.get("instructions") or ""
        for tool in body.get("tools") or []:
            if tool["type"] == "function":
                ask.schemas[tool["name"]] = tool["parameters"]
        if isinstance(body["input"], str):
            ask.text = body["input"]
            return ask
        asked = set()
        for item in body["input"]:
            match item["type"]:
                case "message":
                    need(item["role"] in ("user", "assistant", "developer", "system"), "no such role")
                    ask.text += text_of(item["content"]) + "\n" if item["role"] == "user" else ""
                case "function_call":
                    json.loads(item["arguments"])
                    asked.add(item["call_id"])
                case "function_call_output":
                    need(item["call_id"] in asked, f"nobody called {item['call_id']}")
                    asked.discard(item["call_id"])
                    output = item["output"]
                    ask.answers.append(output if isinstance(output, str) else text_of(output))
        need(not asked, f"calls without an answer: {sorted(asked)}")
        return ask

    @staticmethod
    def answer(ask: Ask, step: dict):
        made = call(ask, step) if ask.tools else None
        number = len(ask.answers) + 1
        deltas = []
        if made:
            item = {
                "type": "function_call",
                "id": f"fc_{number:04}",
                "call_id": f"call_{number:04}",
                "name": made[0],
                "arguments": json.dumps(made[1]),
                "status": "completed",
            }
            opened = {**item, "arguments": "", "status": "in_progress"}
            kind, field_name, text = "response.function_call_arguments", "arguments", item["arguments"]
        else:
            text = words(ask, step)
            part = {"type": "output_text", "text": text, "annotations": []}
            item = {
                "type": "message",
                "id": f"msg_{number:04}",
                "role": "assistant",
                "status": "completed",
                "content": [part],
            }
            opened = {**item, "content": [], "status": "in_progress"}
            kind, field_name = "response.output_text", "text"
        place = {"item_id": item["id"], "output_index": 0}
        if not made:
            place["content_index"] = 0
        deltas = [{"type": f"{kind}.delta", **place, "delta": half} for half in halves(text)]
        deltas.append({"type": f"{kind}.done", **place, field_name: text})
        response = {
            "id": f"resp_{number:04}",
            "object": "response",
            "created_at": int(time.time()),
            "status": "completed",
            "model": ask.model,
            "output": [item],
            "usage": {
                "input_tokens": SENT,
                "input_tokens_details": {"cached_tokens": 0},
                "output_tokens": WRITTEN,
                "output_tokens_details": {"reasoning_tokens": 0},
                "total_tokens": SENT + WRITTEN,
            },
        }
        if not ask.stream:
            return "json", response
        begun = {**response, "status": "in_progress", "output": [], "usage": None}
        events = [{"type": "response.created", "response": begun}]
        events.append({"type": "response.output_item.added", "output_index": 0, "item": opened})
        events += deltas
        events.append({"type": "response.output_item.done", "output_index": 0, "item": item})
        events.append({"type": "response.completed", "response": response})
        numbered = [{**event, "sequence_number": at} for at, event in enumerate(events)]
        return "stream", [sse(event, event["type"]) for event in numbered]


class Chat:
    """Chat Completions."""

    NAME = "chat"
    error = Responses.error

    @staticmethod
    def read(_path: str, headers, body: dict) -> Ask:
        need((headers.get("authorization") or "").startswith("Bearer "), "`authorization` must bear a key")
        ask = Ask(body["model"], body.get("stream") is True)
        for tool in body.get("tools") or []:
            need(tool["type"] == "function", "a tool is a function")
            ask.schemas[tool["function"]["name"]] = tool["function"].get("parameters") or {}
        asked = set()
        need(body["messages"], "there must be messages")
        for message in body["messages"]:
            Chat.message(ask, message, asked)
        need(not asked, f"calls without an answer: {sorted(asked)}")
        ask.wants_block = not ask.schemas and ("SEARCH" in ask.system or "*file listing*" in ask.system)
        return ask

    @staticmethod
    def message(ask: Ask, message: dict, asked: set):
        match message["role"]:
            case "system" | "developer":
                ask.system += text_of(message["content"]) + "\n"
            case "user":
                ask.text += text_of(message["content"]) + "\n"
            case "assistant":
                for made in message.get("tool_calls") or []:
                    json.loads(made["function"]["arguments"])
                    asked.add(made["id"])
            case "tool":
                need(message["tool_call_id"] in asked, f"nobody called {message['tool_call_id']}")
                asked.discard(message["tool_call_id"])
                ask.answers.append(text_of(message["content"]))
            case role:
                raise Wrong(f"no role: {role}")

    @staticmethod
    def answer(ask: Ask, step: dict):
        made = call(ask, step) if ask.tools else None
        number = len(ask.answers) + 1
        base = {"id": f"chatcmpl-{number:04}", "created": int(time.time()), "model": ask.model}
        usage = {"prompt_tokens": SENT, "completion_tokens": WRITTEN, "total_tokens": SENT + WRITTEN}
        reason = "tool_calls" if made else "stop"
        if made:
            function = {"name": made[0], "arguments": json.dumps(made[1])}
            one = {"id": f"call_{number:04}", "type": "function", "function": function}
            message = {"role": "assistant", "content": None, "tool_calls": [one]}
            first = {**one, "index": 0, "function": {"name": made[0], "arguments": ""}}
            deltas = [{"role": "assistant", "content": None, "tool_calls": [first]}]
            for half in halves(function["arguments"]):
                deltas.append({"tool_calls": [{"index": 0, "function": {"arguments": half}}]})
        else:
            message = {"role": "assistant", "content": words(ask, step)}
            deltas = [{"role": "assistant", "content": ""}]
            deltas += [{"content": half} for half in halves(message["content"])]
        if not ask.stream:
            choice = {"index": 0, "message": message, "finish_reason": reason}
            return "json", {**base, "object": "chat.completion", "choices": [choice], "usage": usage}
        chunk = {**base, "object": "chat.completion.chunk"}
        events = []
        for delta in deltas:
            events.append({**chunk, "choices": [{"index": 0, "delta": delta, "finish_reason": None}]})
        events.append({**chunk, "choices": [{"index": 0, "delta": {}, "finish_reason": reason}]})
        events.append({**chunk, "choices": [], "usage": usage})
        return "stream", [*map(sse, events), b"data: [DONE]\n\n"]


class Gemini:
    """Gemini's `generateContent`."""

    NAME = "gemini"

    @staticmethod
    def error(status: int, text: str) -> dict:
        kind = "INVALID_ARGUMENT" if status == 400 else "UNAVAILABLE"
        return {"error": {"code": status, "message": text, "status": kind}}

    @staticmethod
    def read(path: str, headers, body: dict) -> Ask:
        need(headers.get("x-goog-api-key"), "`x-goog-api-key` must be there")
        model = path.split("/models/")[1].split(":")[0]
        ask = Ask(model, ":streamGenerateContent" in path)
        ask.system = text_of((body.get("systemInstruction") or {}).get("parts") or "")
        for tool in body.get("tools") or []:
            for function in tool.get("functionDeclarations") or []:
                schema = function.get("parametersJsonSchema") or function.get("parameters")
                ask.schemas[function["name"]] = schema or {}
        called = 0
        need(body["contents"], "there must be contents")
        for content in body["contents"]:
            need(content["role"] in ("user", "model"), f"no role: {content['role']}")
            for part in content["parts"]:
                called += "functionCall" in part
                if "functionResponse" in part:
                    ask.answers.append(json.dumps(part["functionResponse"]["response"]))
                elif content["role"] == "user":
                    ask.text += str(part.get("text", "")) + "\n"
        need(called >= len(ask.answers), "more answers than calls")
        form = body.get("generationConfig") or {}
        if "responseJsonSchema" in form or "responseSchema" in form:
            # Whoever asks for a form beside the conversation chooses a model or asks who speaks next.
            ask.schemas = {}
        return ask

    @staticmethod
    def answer(ask: Ask, step: dict):
        made = call(ask, step) if ask.tools else None
        if made:
            parts = [[{"functionCall": {"name": made[0], "args": made[1]}}]]
        else:
            parts = [[{"text": half}] for half in halves(words(ask, step))]
        used = {
            "promptTokenCount": SENT,
            "candidatesTokenCount": WRITTEN,
            "totalTokenCount": SENT + WRITTEN,
        }

        def response(part: list, is_last: bool) -> dict:
            candidate = {"content": {"role": "model", "parts": part}, "index": 0}
            if is_last:
                candidate["finishReason"] = "STOP"
            return {"candidates": [candidate], "usageMetadata": used, "modelVersion": ask.model}

        if not ask.stream:
            return "json", response([one for part in parts for one in part], True)
        last = len(parts) - 1
        return "stream", [sse(response(part, at == last)) for at, part in enumerate(parts)]


def of(path: str):
    """Returns the contract that a path belongs to."""
    if path.endswith("/count_tokens") or path.endswith(":countTokens"):
        return Count
    for end, wire in (("/messages", Anthropic), ("/responses", Responses), ("/chat/completions", Chat)):
        if path.endswith(end):
            return wire
    return Gemini if "enerateContent" in path and "/models/" in path else None
