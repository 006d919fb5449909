#!/bin/sh
# Every transcript, each against a server of its own with
# the tools as they are installed.
BIN=bin exec "${0%/*}/play"
