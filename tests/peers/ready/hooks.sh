#!/usr/bin/env bash
# Has a tool that runs hooks make commits and pushes in a scratch repository, and looks at what is stopped:
# `hooks.sh TOOL PROGRAM SCRATCH`. TOOL is `pre-commit`, `prek`, `lefthook` or `husky`, found on PATH.
set -euo pipefail
tool=$1
program=$(realpath "$2")
scratch=$3
here=$(cd "$(dirname "$0")/../../.." && pwd)
code=0

mkdir -p "$scratch/home" "$scratch/bin"
ln -sf "$program" "$scratch/bin/pantheon"
export HOME=$scratch/home PATH=$scratch/bin:$PATH GIT_CONFIG_NOSYSTEM=1 GIT_TERMINAL_PROMPT=0
export PRE_COMMIT_HOME=$scratch/home/pre-commit PREK_HOME=$scratch/home/prek CI='' NO_COLOR=1
unset CI GITHUB_ACTIONS GIT_DIR GIT_INDEX_FILE GIT_WORK_TREE
git config --global user.name A
git config --global user.email a@example.com
git config --global init.defaultBranch main
git config --global protocol.file.allow always

secret='key = "ghp_'q7R2mZ9xK4vT1wB8nY3cL6pD5sF0hJqWeRtY'"'
git init -q --bare "$scratch/remote"
git init -q "$scratch/repo"
cd "$scratch/repo"
git remote add origin "$scratch/remote"
printf 'version = 1\nextends = ["recommended"]\n' >.pantheon.toml

case $tool in
pre-commit | prek)
	git init -q "$scratch/hooks"
	cp "$here/.pre-commit-hooks.yaml" "$scratch/hooks/"
	git -C "$scratch/hooks" add -A
	git -C "$scratch/hooks" commit -qm 'Bring hooks'
	cat >.pre-commit-config.yaml <<-EOF
		default_install_hook_types: [pre-commit, commit-msg, pre-push]
		repos:
		  - repo: $scratch/hooks
		    rev: $(git -C "$scratch/hooks" rev-parse HEAD)
		    hooks:
		      - id: pantheon-system
		      - id: pantheon-commit-msg-system
		      - id: pantheon-pre-push-system
	EOF
	git add -A && git commit -qm 'Begin'
	"$tool" install >"$scratch/install.log" 2>&1
	;;
lefthook)
	cp "$here/hooks/lefthook.yml" .
	git add -A && git commit -qm 'Begin'
	lefthook install >"$scratch/install.log" 2>&1
	;;
husky)
	git add -A && git commit -qm 'Begin'
	husky >"$scratch/install.log" 2>&1
	while IFS= read -r line; do
		printf '%s\n' "${line#*: }" >"${line%%:*}"
	done <"$here/hooks/husky.txt"
	git add -A && git commit -qm 'Add hooks'
	;;
esac

# Runs a command that must end so, with this in what it says.
must() {
	local what=$1 wanted=$2 text=$3 got=0
	shift 3
	timeout 120 "$@" >"$scratch/said" 2>&1 </dev/null || got=1
	if [ "$got" = "$wanted" ] && grep -qF -- "$text" "$scratch/said"; then
		printf 'ok: %s: %s\n' "$tool" "$what"
	else
		printf 'FAILED: %s: %s (%s)\n' "$tool" "$what" "$got"
		sed 's/^/    /' "$scratch/said"
		code=1
	fi
}

commit() {
	git add -A && git commit -q --no-verify -m "$1"
}

echo 'one = 1' >a.py && git add a.py
must 'a clean commit passes' 0 '' git commit -m 'Count to one'
echo "$secret" >b.py && git add b.py
must 'a staged secret is stopped' 1 secrets/github-token git commit -m 'Count on'
must 'a secret that commit -a takes is stopped' 1 secrets/github-token git commit -a -m 'Count on'
echo 'two = 2' >b.py && git add b.py && echo "$secret" >>b.py
must 'what is not staged is not judged' 0 '' git commit -m 'Count to two'
grep -qF ghp_ b.py && printf 'ok: %s: and it is still there\n' "$tool" || { printf 'FAILED: %s: it is gone\n' "$tool"; code=1; }
git checkout -q -- b.py
echo 'three = 3' >c.py && git add c.py
must 'a message with a secret is stopped' 1 secrets/github-token git commit -m "Use $secret"
must 'a good message passes' 0 '' git commit -m 'Count to three'
git rm -q c.py
must 'a commit that only deletes passes' 0 '' git commit -m 'Forget three'

echo "$secret" >d.py && commit 'Bring a key'
rm d.py && commit 'Take it away'
must 'the first push, with a secret in between, is stopped' 1 'the push sends this commit too' git push origin main
git reset -q --hard HEAD~2
must 'a clean first push passes' 0 '' git push origin main
echo "$secret" >d.py && commit 'Bring a key'
rm d.py && commit 'Take it away'
must 'a later push is stopped' 1 'the push sends this commit too' git push origin main
must 'a new branch is stopped' 1 'the push sends this commit too' git push origin HEAD:refs/heads/topic
git reset -q --hard HEAD~2
echo 'four = 4' >e.py && commit 'Count to four'
must 'a clean push passes' 0 '' git push origin main
exit "$code"
