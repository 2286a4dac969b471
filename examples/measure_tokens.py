"""Measures the estimate of tokens on changes of repositories, and fits its weights.

    python3 examples/measure_tokens.py --tokenizers DIR REPOSITORY...
    python3 examples/measure_tokens.py --tokenizers DIR --fit REPOSITORY...

The first prints how far the estimate misses on the repositories that are named, and warns of one that the
weights were fitted to. The second prints weights fitted to the repositories that are
named, in the form of `src/llm/tokens/weights.rs`.

Each tokenizer that can be had is used, and the others are named. They are looked for in DIR:
    package/dist/ranks/o200k_base.cjs   from the npm package `js-tiktoken`   (Python: tiktoken)
    package/claude.json                 from the npm package `@anthropic-ai/tokenizer`   (Python: tiktoken)
    gemma.gguf                          any GGUF of Gemma 3   (Python: gguf, sentencepiece, protobuf)
    qwen.gguf                           any GGUF of Qwen 2.5   (Python: gguf, tokenizers)
`--fit` needs numpy and scipy. `--texts FILE` adds texts to fit to, one JSON string a line: changes hold too
little of most scripts.
"""

import argparse
import base64
import json
import pathlib
import random
import subprocess
import sys
import tempfile
import unicodedata

FITTED = """
BurntSushi/ripgrep cli/cli git/git honojs/hono infiniflow/ragflow kestra-io/kestra kubernetes/kubectl
laravel/framework pallets/flask rails/rails redis/redis spring-projects/spring-petclinic sveltejs/svelte
tokio-rs/tokio typeorm/typeorm vuejs/core
"""
QWEN = (
    r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+"
    r"|\s+(?!\S)|\s+"
)
RIDGE = 0.02


def main():
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    options.add_argument("repositories", nargs="+", help="directories of git repositories")
    options.add_argument("--tokenizers", required=True, type=pathlib.Path)
    options.add_argument("--changes", type=int, default=250, help="changes of each repository")
    options.add_argument("--fit", action="store_true")
    options.add_argument("--texts", type=pathlib.Path)
    options.add_argument("--built", help="the example `measure_tokens`, if it is built already")
    given = options.parse_args()
    tokenizers = find_tokenizers(given.tokenizers)
    cases = []
    for repository in given.repositories:
        if not given.fit and name_of(repository).split("+")[-1] in [name.split("/")[1] for name in FITTED.split()]:
            print(f"the weights were fitted to {name_of(repository)}", file=sys.stderr)
        taken = changes(repository, given.changes)
        print(f"{len(taken)} changes of {name_of(repository)}", file=sys.stderr)
        cases += [{"repository": name_of(repository), "text": text} for text in taken]
    if given.texts:
        cases += [{"repository": "texts", "text": json.loads(line)} for line in given.texts.open()]
    for case in cases:
        case["counts"] = {name: count(case["text"]) for name, count in tokenizers.items()}
    with tempfile.NamedTemporaryFile("w", suffix=".jsonl") as file:
        for case in cases:
            file.write(json.dumps(case) + "\n")
        file.flush()
        if given.fit:
            fit(cases, tokenizers, example(given.built, "--shape", file.name))
        else:
            print(example(given.built, file.name), end="")


def example(built, *arguments):
    cargo = ["cargo", "run", "--quiet", "--release", "--example", "measure_tokens", "--"]
    command = [built] if built else cargo
    return subprocess.run([*command, *arguments], check=True, text=True, stdout=subprocess.PIPE).stdout


def name_of(repository):
    parts = [part for part in pathlib.Path(repository).resolve().parts if part not in ("repo", ".git")]
    return parts[-1]


def changes(repository, most):
    """Returns changes as texts: chosen by a fixed seed, in UTF-8, of 40 bytes to 400 kB. A change that git
    cannot show, because the copy lacks a file of it, is passed over."""
    git = ["git", "-C", repository]
    listed = subprocess.run([*git, "rev-list", "--no-merges", "-n", "6000", "HEAD"], check=True, stdout=subprocess.PIPE)
    commits = listed.stdout.decode().split()
    random.Random(name_of(repository)).shuffle(commits)
    show = ["show", "--format=", "-U3", "--no-color", "--no-ext-diff", "--no-renames"]
    texts = []
    for commit in commits[: 2 * most]:
        shown = subprocess.run([*git, *show, commit], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        diff = shown.stdout
        try:
            if shown.returncode == 0 and 40 <= len(diff) <= 400_000:
                texts.append(diff.decode())
        except UnicodeDecodeError:
            continue
        if len(texts) == most:
            break
    return texts


def find_tokenizers(directory):
    found = {}
    for name, file, make in [
        ("gemini", "gemma.gguf", gemma),
        ("o200k", "package/dist/ranks/o200k_base.cjs", ranks_of),
        ("claude", "package/claude.json", claude),
        ("qwen", "qwen.gguf", qwen),
    ]:
        path = directory / file
        try:
            if not path.is_file():
                raise FileNotFoundError(f"{path} is not there")
            found[name] = make(path)
            print(f"tokenizer {name}: {path}", file=sys.stderr)
        except (ImportError, OSError) as error:
            print(f"tokenizer {name}: skipped, {error}", file=sys.stderr)
    if not found:
        sys.exit("no tokenizer was found")
    return found


def ranks_of(path):
    import tiktoken

    text = path.read_text()
    data = json.loads(text[text.index("{") : text.rindex("}") + 1])
    ranks = {}
    for line in data["bpe_ranks"].splitlines():
        _, first, *pieces = line.split(" ")
        for number, piece in enumerate(pieces):
            ranks[base64.b64decode(piece)] = int(first) + number
    encoding = tiktoken.Encoding(
        path.stem, pat_str=data["pat_str"], mergeable_ranks=ranks, special_tokens=data["special_tokens"]
    )
    return lambda text: len(encoding.encode_ordinary(text))


def claude(path):
    count = ranks_of(path)
    return lambda text: count(unicodedata.normalize("NFKC", text))


def gguf_lists(path, *names):
    from gguf import GGUFReader

    fields = GGUFReader(str(path)).fields
    for name in names:
        field = fields["tokenizer.ggml." + name]
        is_text = field.types[1].name == "STRING"
        yield [bytes(field.parts[i]).decode("utf8", "replace") if is_text else field.parts[i][0] for i in field.data]


def gemma(path):
    import sentencepiece
    from sentencepiece import sentencepiece_model_pb2

    user_defined = 4
    model = sentencepiece_model_pb2.ModelProto()
    for text, score, kind in zip(*gguf_lists(path, "tokens", "scores", "token_type")):
        piece = model.pieces.add()
        piece.piece = text.replace(" ", "\u2581") if kind == user_defined else text
        piece.score, piece.type = float(score), int(kind)
    trainer, normalizer = model.trainer_spec, model.normalizer_spec
    trainer.model_type, trainer.byte_fallback, trainer.vocab_size = 2, True, len(model.pieces)
    trainer.pad_id, trainer.eos_id, trainer.bos_id, trainer.unk_id = 0, 1, 2, 3
    normalizer.name, normalizer.escape_whitespaces = "identity", True
    normalizer.add_dummy_prefix = normalizer.remove_extra_whitespaces = False
    processor = sentencepiece.SentencePieceProcessor(model_proto=model.SerializeToString())
    return lambda text: len(processor.encode(text))


def qwen(path):
    from tokenizers import Regex, Tokenizer, models, normalizers, pre_tokenizers

    tokens, merges = gguf_lists(path, "tokens", "merges")
    vocabulary = {token: number for number, token in enumerate(tokens)}
    tokenizer = Tokenizer(models.BPE(vocab=vocabulary, merges=[tuple(merge.split(" ")) for merge in merges]))
    tokenizer.normalizer = normalizers.NFC()
    bytes_alone = pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence([pre_tokenizers.Split(Regex(QWEN), "isolated"), bytes_alone])
    return lambda text: len(tokenizer.encode(text).ids)


def fit(cases, tokenizers, shapes):
    """Least squares of the relative miss, no weight below zero, small ones preferred."""
    import numpy
    from scipy.optimize import nnls

    columns = numpy.array([line.split() for line in shapes.splitlines()], float)
    for name in tokenizers:
        truth = numpy.array([case["counts"][name] for case in cases], float)
        share = 1 / (truth + 15)
        width = columns.shape[1]
        rows = numpy.vstack([columns * share[:, None], RIDGE**0.5 * numpy.eye(width)])
        weights, _ = nnls(rows, numpy.concatenate([truth * share, numpy.zeros(width)]), maxiter=20_000)
        print(f"pub const {name.upper()}: [u32; COLUMNS] = [")
        print("    " + ", ".join(str(round(weight * 1000)) for weight in weights) + ",\n];")


if __name__ == "__main__":
    main()
