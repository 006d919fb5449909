#!/bin/sh
# Every transcript, each against a server of its own with
# the address and undefined behaviour sanitizers, and logging all there is.
BIN=build/san/bin exec "${0%/*}/play" --log-level=debug
