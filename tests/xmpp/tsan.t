#!/bin/sh
# Every transcript, each against a server of its own with
# the thread sanitizer.
BIN=build/tsan/bin exec "${0%/*}/play"
