#!/usr/bin/env python3
"""A model on 127.0.0.1 that does what a script says, in the four contracts that agent programs speak.

    endpoint.py SCRIPT.json LOG.jsonl [PORT]

Prints its port, and ends when its standard input does. The script is a list of steps:

    {"write": "PATH", "content": "TEXT"}   a file is written, by whatever tool for it the program offers
    {"read": "PATH"}                       a file is read, without which some programs do not write it
    {"run": "COMMAND"}                     a command is run
    {"say": "TEXT"}                        words, which end the turn
    {"fail": STATUS}                       an error of the service

How many answers of tools the conversation holds says which step is next, so a request that is asked twice gets
the same answer; after the last step there are words. Who offers no tool gets words: a title, or, with a prompt
that speaks of SEARCH and REPLACE or of whole files, the step as such a block.

What is asked is held against the contract first. What is wrong with it is answered with 400, and stands in the
log: a line for each request, with the key that came along.
"""

import json
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import wires

#: The most that a request may hold.
MOST = 32 << 20


class Script:
    """What is done, step by step."""

    def __init__(self, steps: list[dict]):
        self.steps = steps

    def step(self, ask: wires.Ask) -> dict:
        """Returns what comes next in a conversation."""
        done = len(ask.answers)
        if done < len(self.steps):
            return self.steps[done]
        return {"say": "Done: all that was asked."}


class Log:
    """Lines of JSON, from several threads."""

    def __init__(self, path: str):
        self.file = open(path, "a", buffering=1, encoding="utf-8")
        self.lock = threading.Lock()

    def write(self, **fields):
        with self.lock:
            self.file.write(json.dumps(fields) + "\n")


class Handler(BaseHTTPRequestHandler):
    """One connection."""

    protocol_version = "HTTP/1.1"
    script: Script
    log: Log

    def log_message(self, *_):
        """Says nothing on standard error."""

    def do_HEAD(self):
        self.log.write(method="HEAD", path=self.path)
        self.answer(200, b"")

    def do_GET(self):
        self.log.write(method="GET", path=self.path, key=self.key())
        if self.path.split("?")[0].rstrip("/").endswith("models"):
            return self.json(200, {"object": "list", "data": [], "models": []})
        return self.json(404, {"error": {"message": f"there is no {self.path}"}})

    def do_POST(self):
        raw = self.body()
        wire = wires.of(self.path.split("?")[0])
        if wire is None:
            self.log.write(method="POST", path=self.path, key=self.key(), unknown=True)
            return self.json(404, {"error": {"message": f"there is no {self.path}"}})
        try:
            ask = wire.read(self.path, self.headers, json.loads(raw))
        except (ValueError, KeyError, TypeError, wires.Wrong) as wrong:
            text = f"{type(wrong).__name__}: {wrong}"
            self.log.write(method="POST", path=self.path, key=self.key(), wrong=text, body=raw.decode("utf-8", "replace"))
            return self.json(400, wire.error(400, text))
        return self.act(wire, ask)

    def act(self, wire, ask: wires.Ask):
        """Answers what is well-formed."""
        # Who offers no tools asks for a title, a summary or a block.
        step = self.script.step(ask) if ask.tools or ask.wants_block else {"say": "A title"}
        self.log.write(
            method="POST",
            path=self.path,
            wire=wire.NAME,
            key=self.key(),
            model=ask.model,
            tools=ask.tools,
            answers=ask.answers,
            text=ask.text[-4000:],
            system=ask.system[:200],
            step=step,
        )
        if "fail" in step:
            return self.json(step["fail"], wire.error(step["fail"], "the service is overloaded"))
        kind, body = wire.answer(ask, step)
        if kind == "json":
            return self.json(200, body)
        return self.stream(body)

    def key(self) -> str:
        """Returns the key that came along, in whichever header."""
        bearer = self.headers.get("authorization") or ""
        found = self.headers.get("x-api-key") or self.headers.get("x-goog-api-key")
        return found or bearer.removeprefix("Bearer ")

    def body(self) -> bytes:
        """Reads what is asked, whole or in chunks."""
        if (self.headers.get("transfer-encoding") or "").lower() != "chunked":
            return self.rfile.read(min(int(self.headers.get("content-length") or 0), MOST))
        parts = []
        while size := int(self.rfile.readline().split(b";")[0].strip() or b"0", 16):
            parts.append(self.rfile.read(size))
            self.rfile.readline()
        self.rfile.readline()
        return b"".join(parts)

    def json(self, status: int, value):
        self.answer(status, json.dumps(value).encode(), "application/json")

    def answer(self, status: int, body: bytes, kind: str = "text/plain"):
        self.send_response(status)
        self.send_header("content-type", kind)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def stream(self, events: list[bytes]):
        """Sends events one by one, each as a chunk, as services do."""
        self.send_response(200)
        self.send_header("content-type", "text/event-stream")
        self.send_header("transfer-encoding", "chunked")
        self.end_headers()
        for event in [*events, b""]:
            self.wfile.write(b"%x\r\n%s\r\n" % (len(event), event))
            self.wfile.flush()


class Server(ThreadingHTTPServer):
    """Dies with its program."""

    daemon_threads = True

    def handle_error(self, request, client_address):
        """A program that hangs up in the middle is no fault of the server."""
        if not isinstance(sys.exc_info()[1], (BrokenPipeError, ConnectionResetError)):
            super().handle_error(request, client_address)


def serve(steps: list[dict], log: str, port: int = 0) -> Server:
    """Starts to serve on a thread of its own."""
    handler = type("Scripted", (Handler,), {"script": Script(steps), "log": Log(log)})
    server = Server(("127.0.0.1", port), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server


def main() -> int:
    with open(sys.argv[1], encoding="utf-8") as file:
        steps = json.load(file)
    server = serve(steps, sys.argv[2], int(sys.argv[3]) if len(sys.argv) > 3 else 0)
    print(server.server_address[1], flush=True)
    sys.stdin.read()
    server.shutdown()
    return 0


if __name__ == "__main__":
    sys.exit(main())
