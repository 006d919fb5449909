#!/bin/sh
# Every transcript, each against a server of its own.
exec "${0%/*}/play"
