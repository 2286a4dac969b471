#!/usr/bin/env bash
# Makes a repository with hostile names and lines in `DIR/repo`, and reports of it in `DIR`: `reports.sh PROGRAM DIR`.
set -euo pipefail
program=$1 dir=$2 repo=$2/repo

git init -q "$repo"
cd "$repo"
git config user.name 'A U Thor'
git config user.email author@example.com
printf 'x = 1\n' >plain.py
git add -A
git commit -q -m 'Begin'

# Each name and line says what a log, a page or a parser could take for its own.
names=('a b.py' 'a,b:c%0A.py' '<img src=x onerror=alert(1)>.py' '##[group]x.py' '&amp;".py' $'line\nbreak.py'
	$'esc\x1b[31m.py' '漢字.py' '```.py' '@all #1.py')
for name in "${names[@]}"; do
	{
		printf 'x = 1\n'
		printf 'breakpoint()  # ::error::x ##vso[task.complete]y ##teamcity[z] </script><b>]]>-->```@all\n'
		printf '\t漢🦀 = 2   \n'
		printf 'breakpoint()\n'
		printf 'breakpoint()\r\n\r\nx =\r  2\n'
		# A line that repeats has a hash that is numbered.
		printf 'breakpoint()\n%.0s' $(seq 1 30)
	} >"$name"
done
# Put together here, so that this file holds none.
printf 'key = "AKIA%s"\n' Z7QK2XW5NB4JRT6D >secret.py
git add -A
git commit -q -m 'Add names that nobody should give.'

formats=(json jsonl sarif sarif-github github github-summary gitlab-code-quality gitlab-sast gitlab-secret-detection
	rdjson rdjsonl junit checkstyle markdown html)
all=$(printf '%s,' "${formats[@]/#/}")
all=${all%,}
targets=''
for format in ${all//,/ }; do
	targets+="$format=$dir/$format,"
done
code=0
"$program" review --commit HEAD --stage pre-push --format "${targets%,}" || code=$?
[ "$code" -le 1 ]
