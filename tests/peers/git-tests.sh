#!/bin/sh
# Runs git's own tests of hooks twice, as they are and with pantheon's hooks around every command that
# runs hooks, and compares: whatever passes without pantheon must pass with it.
#
# Around each such command pantheon is installed, so that a hook of the test is kept and run by it, and
# taken away again, so that the test finds its hook directory as it left it.
#
#   tests/peers/git-tests.sh --git-src DIR [--pantheon FILE] [TEST...]
#
# DIR is a source tree of git in which `make` has run. Exit code 1 if a test differs.
set -u

tests='t1800-hook t5571-pre-push-hook t7503-pre-commit-and-pre-merge-commit-hooks t7504-commit-msg-hook t7505-prepare-commit-msg-hook'
git_src=
pantheon=

die() {
	echo "git-tests: $1" >&2
	echo "hint: $2" >&2
	exit 2
}

chosen=
while [ $# -gt 0 ]; do
	case $1 in
	--git-src) git_src=${2-}; shift ;;
	--pantheon) pantheon=${2-}; shift ;;
	-*) die "\`$1\` is no option" "git-tests.sh --git-src DIR [--pantheon FILE] [TEST...]" ;;
	*) chosen="$chosen $1" ;;
	esac
	[ $# -gt 0 ] && shift
done
tests=${chosen:-$tests}

[ -n "$git_src" ] || die 'no source tree of git was named' 'name one that is built: `--git-src DIR`'
[ -f "$git_src/t/test-lib.sh" ] || die "\`$git_src\` is no source tree of git" 'clone https://github.com/git/git and run `make` there'
[ -x "$git_src/bin-wrappers/git" ] || die "\`$git_src\` is not built" "run \`make -C $git_src\`"
git_src=$(cd "$git_src" && pwd)
here=$(cd "$(dirname "$0")/../.." && pwd)
pantheon=${pantheon:-$here/target/release/pantheon}
[ -x "$pantheon" ] || die "\`$pantheon\` is not there" 'run `cargo build --release`, or name the program: `--pantheon FILE`'
pantheon=$(cd "$(dirname "$pantheon")" && pwd)/$(basename "$pantheon")

work=$(mktemp -d) || exit 2
trap 'rm -rf "$work"' EXIT
trap 'exit 130' INT TERM
mkdir "$work/bin" "$work/spy"
: >"$work/ran" >"$work/failed"

# What the hooks find on `PATH`: pantheon, and a count of its runs.
cat >"$work/spy/pantheon" <<EOF
#!/bin/sh
echo "\$2" >>'$work/ran'
exec '$pantheon' "\$@"
EOF

# What the tests find as git.
cat >"$work/bin/git" <<EOF
#!/bin/sh
real='$git_src/bin-wrappers/git'
pantheon='$pantheon'
failed='$work/failed'
PATH='$work/spy':\$PATH
export PATH
EOF
cat >>"$work/bin/git" <<'EOF'
dir=.
command=
next=
for arg; do
	case $next in
	dir) dir=$arg next= ; continue ;;
	skip) next= ; continue ;;
	esac
	case $arg in
	-C) next=dir ;;
	-c | --git-dir | --work-tree | --exec-path) next=skip ;;
	-*) ;;
	*) command="$command $arg"; [ "$command" = ' hook' ] || break ;;
	esac
done
# A hook that is there is rightly listed, so `git hook list` is left alone.
case ${command# } in
commit | merge | push | pull | rebase | cherry-pick | revert | am | 'hook run') ;;
*) exec "$real" "$@" ;;
esac
installed=
if (cd "$dir" 2>/dev/null && "$real" rev-parse --git-dir >/dev/null 2>&1); then
	(cd "$dir" && "$pantheon" hooks install) >/dev/null 2>"$failed.now" && installed=t
	[ -n "$installed" ] || cat "$failed.now" >>"$failed"
fi
"$real" "$@"
code=$?
if [ -n "$installed" ]; then
	(cd "$dir" && "$pantheon" hooks uninstall) >/dev/null 2>>"$failed"
fi
exit $code
EOF
chmod +x "$work/bin/git" "$work/spy/pantheon"

# one OUT [NAME=VALUE...] - runs $test, and leaves its lines `ok ...` and `not ok ...` in OUT.
one() {
	out=$1
	shift
	mkdir -p "$out.dir"
	(
		cd "$git_src/t" &&
			env "$@" TEST_OUTPUT_DIRECTORY="$out.dir" sh "./$test.sh" --no-chain-lint --root="$out.dir" -v >"$out.log" 2>&1
	)
	grep -E '^(ok|not ok) [0-9]+' "$out.log" >"$out"
	rm -rf "$out.dir"
}

passed() {
	grep -c '^ok' "$1"
}

differs=0
printf '%-48s %9s %9s %10s\n' test alone with 'hooks run'
for test in $tests; do
	test=${test%.sh}
	[ -f "$git_src/t/$test.sh" ] || die "\`$git_src/t/$test.sh\` is not there" 'name a test as `t7503-...`, without a directory'
	: >"$work/ran"
	one "$work/alone"
	one "$work/with" GIT_TEST_INSTALLED="$work/bin"
	total=$(wc -l <"$work/alone")
	printf '%-48s %9s %9s %10s\n' "$test" "$(passed "$work/alone")/$((total))" \
		"$(passed "$work/with")/$(($(wc -l <"$work/with")))" "$(($(wc -l <"$work/ran")))"
	[ "$total" -gt 0 ] || { tail -5 "$work/alone.log"; differs=1; }
	if ! diff "$work/alone" "$work/with" >"$work/diff"; then
		differs=1
		sed 's/^/    /' "$work/diff"
		[ -z "${KEEP_LOGS-}" ] || cp "$work/with.log" "$KEEP_LOGS/$test.with.log"
	fi
done
if [ -s "$work/failed" ]; then
	echo 'pantheon could not be installed or taken away:'
	sort "$work/failed" | uniq -c
fi
exit $differs
