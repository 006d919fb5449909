#!/bin/bash
# Shell and Python of the tree are well formed.
. "${0%/*}/../cli/lib.sh"

for f in .ci/run tests/*/*.t tests/*/*.sh tests/*/run tests/*/play \
    completions/*.bash; do
	test -e "$f" || continue
	case $(head -1 "$f") in
	'#!/bin/sh') ok "$f" sh -n "$f" ;;
	'#!/usr/bin/python3'*) ok "$f" /usr/bin/python3 -c '
import ast, sys
ast.parse(open(sys.argv[1], encoding="utf-8").read())' "$f" ;;
	*) ok "$f" bash -n "$f" ;;
	esac
done
ok tests/run perl -c tests/run
ok completions/_msg zsh -n completions/_msg
ok completions/msg.fish fish --no-execute completions/msg.fish
done_testing
