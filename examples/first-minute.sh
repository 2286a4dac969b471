#!/bin/sh
# Shows what pantheon does, in a repository of its own that is gone afterwards: a commit that is blocked,
# the same commit put right, and a push that is blocked for what its history holds.
#
#   sh examples/first-minute.sh [PROGRAM]
#
# Builds the program unless one is named. Needs Rust, git and a C compiler; no key, no account.
set -eu

root=$(cd "$(dirname "$0")/.." && pwd)
program=${1-}
if [ -z "$program" ]; then
	echo 'building pantheon (a few minutes the first time) ...'
	(cd "$root" && cargo build --release --locked --quiet)
	program=${CARGO_TARGET_DIR:-$root/target}/release/pantheon
fi
program=$(cd "$(dirname "$program")" && pwd)/$(basename "$program")

scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
trap 'exit 130' INT TERM

# Nothing of the machine's own git configuration may change what is shown.
export HOME="$scratch/home" GIT_CONFIG_NOSYSTEM=1 GIT_TERMINAL_PROMPT=0
unset GIT_DIR GIT_INDEX_FILE GIT_WORK_TREE XDG_CONFIG_HOME PANTHEON_SET 2>/dev/null || true
PATH=$(dirname "$program"):$PATH
mkdir -p "$HOME" "$scratch/shop"
git config --global init.defaultBranch main
git config --global user.name 'A U Thor'
git config --global user.email author@example.com
cd "$scratch/shop"

say() {
	printf '\n# %s\n' "$1"
}

run() {
	printf '$ %s\n' "$*"
	"$@"
}

# Runs a command that must be stopped by a hook.
blocked() {
	code=0
	run "$@" || code=$?
	if [ "$code" -ne 1 ]; then
		echo "first-minute: \`$*\` was expected to be blocked, and ended with $code" >&2
		exit 1
	fi
}

say 'set a repository up'
run git init -q .
run pantheon init
run git add .pantheon.toml
run git commit -q -m 'Add the policy of the gate'

say 'a key and a debugger are staged; then the file is cleaned, but not staged again'
mkdir src
# Put together here, so that this script holds no key. It is made up, and opens nothing.
cat >src/client.py <<EOF
import pdb

KEY_ID = "AKIA$(printf 'QYLPMN5HHHFPZAM2')"


def total(prices):
    pdb.set_trace()
    return sum(prices)
EOF
git add src/client.py
cat >src/client.py <<'EOF'
import os

KEY_ID = os.environ["SHOP_KEY_ID"]


def total(prices):
    return sum(prices)
EOF
blocked git commit -m 'Add up prices'

say 'what is judged is what would be recorded: with the clean file staged, the commit passes'
run git add src/client.py
run git commit -q -m 'Add up prices'
run git log --oneline --format=%s

say 'the key went in past the hook, and a later commit took it away: the push is stopped all the same'
git init -q --bare "$scratch/remote.git"
git remote add origin "$scratch/remote.git"
git push -q origin main
printf 'KEY_ID = "AKIA%s"\n' QYLPMN5HHHFPZAM2 >src/key.py
git add src/key.py
run git commit -q --no-verify -m 'Try the key'
git rm -q src/key.py
run git commit -q -m 'Take the key away'
blocked git push -q origin main

say 'everything was as it should be'
