echo 'hint: get it with `cargo install pantheon`, or go on without it: `git @VERB@ --no-verify`' >&2
exit 1
