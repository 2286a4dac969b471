#!/usr/bin/env python3
"""What our client adds to a call, beside LiteLLM's proxy and Portkey's gateway, all in one run on loopback.

    cargo build --release --example overhead
    proxy/bin/python tests/peers/models/compare.py target/release/examples/overhead [GATEWAY] [ROUNDS]

`proxy` has `litellm[proxy]`; GATEWAY is the folder in which `npm install @portkey-ai/gateway` was run.
In turns, one round each: a bare socket, our transport, our whole client, and a bare socket to each router.
Fails when our transport adds 2 ms at the median or more, or takes 1 % of a CPU or more.
"""

import contextlib
import json
import pathlib
import re
import subprocess
import sys
import tempfile

from suite import KEY, Report, answers, free_port, program

# At the median, in milliseconds; and while a call takes as long as one to a model does, in percent.
MOST_ADDED, MOST_CPU = 2.0, 1.0


def litellm(stack: contextlib.ExitStack, upstream: str) -> str:
    """Starts the proxy, and says where and which process."""
    folder = stack.enter_context(tempfile.TemporaryDirectory())
    config = pathlib.Path(folder) / "proxy.yaml"
    params = {"model": "openai/model-1", "api_base": upstream, "api_key": "none"}
    config.write_text(json.dumps({"model_list": [{"model_name": "model-1", "litellm_params": params}]}))
    port = free_port()
    tool = str(pathlib.Path(sys.executable).with_name("litellm"))
    argv = [tool, "--config", str(config), "--host", "127.0.0.1", "--port", str(port)]
    env = {"LITELLM_MASTER_KEY": KEY, "LITELLM_LOCAL_MODEL_COST_MAP": "True", "LITELLM_TELEMETRY": "False"}
    ready = answers(f"http://127.0.0.1:{port}/health/liveliness")
    process = stack.enter_context(program(argv, ready, **env))
    return f"LiteLLM's proxy=127.0.0.1:{port}={process}"


def portkey(stack: contextlib.ExitStack, folder: str) -> str:
    """Starts the gateway. It binds every address by itself, so that a line before it tells it the one."""
    port = free_port()
    start = pathlib.Path(folder, "node_modules/@portkey-ai/gateway/build/start-server.js").resolve()
    local = (
        "import net from 'node:net'; const listen = net.Server.prototype.listen;"
        "net.Server.prototype.listen = function (port, ...rest) {"
        " return listen.call(this, typeof port === 'number' ? { port, host: '127.0.0.1' } : port,"
        " ...rest.filter((one) => typeof one !== 'string' && one !== undefined)); };"
    )
    preload = pathlib.Path(stack.enter_context(tempfile.TemporaryDirectory())) / "local.mjs"
    preload.write_text(local)
    argv = ["node", "--import", str(preload), str(start), f"--port={port}", "--headless"]
    ready = answers(f"http://127.0.0.1:{port}/")
    process = stack.enter_context(program(argv, ready, 60))
    return f"Portkey's gateway=127.0.0.1:{port}={process}"


def main() -> int:
    bench, *rest = sys.argv[1:]
    rounds = [arg for arg in rest if arg.isdigit()] or ["500"]
    folders = [arg for arg in rest if not arg.isdigit()]
    report = Report("overhead")
    port = free_port()
    upstream = f"http://127.0.0.1:{port}/v1"
    told = ""
    with contextlib.ExitStack() as stack:
        routers = []
        with report.case("LiteLLM's proxy runs"):
            routers.append(litellm(stack, upstream))
        if folders:
            with report.case("Portkey's gateway runs"):
                routers.append(portkey(stack, folders[0]))
        else:
            report.skip("Portkey's gateway", "no folder with it is given")
        headers = [f"authorization: Bearer {KEY}", "x-portkey-provider: openai", f"x-portkey-custom-host: {upstream}"]
        argv = [bench, *rounds, "--port", str(port)]
        argv += [part for header in headers for part in ("--header", header)]
        argv += [part for router in routers for part in ("--router", router)]
        with report.case("all were measured"):
            done = subprocess.run(argv, capture_output=True, text=True, timeout=1200)
            told = done.stdout
            print(told)
            assert done.returncode == 0, done.stderr[-600:]
    with report.case(f"our transport adds less than {MOST_ADDED} ms at the median"):
        whole, streamed = re.search(r"added at the median: (\S+) ms at one go, (\S+) ms", told).groups()
        assert max(float(whole), float(streamed)) < MOST_ADDED, f"{whole} ms, {streamed} ms"
    with report.case(f"our transport takes less than {MOST_CPU} % of a CPU"):
        share = re.search(r"CPU of a stream .* ([\d.]+) %", told).group(1)
        assert float(share) < MOST_CPU, f"{share} %"
    return report.end()


if __name__ == "__main__":
    sys.exit(main())
