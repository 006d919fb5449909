#!/bin/sh
# Every transcript, each against a server of its own with
# the address and undefined behaviour sanitizers.
BIN=build/san/bin exec "${0%/*}/play"
