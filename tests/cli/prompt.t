#!/usr/bin/python3
"""msg-send on a terminal: history, completion, Ctrl-C, Ctrl-D, what is shown."""

import os
import stat
import sys

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "../lib"))
import tap
from server import Server
from terminal import Terminal


def main():
    with Server() as server:
        env = dict(server.env, TERM="xterm", NO_COLOR="1")
        t = Terminal(env, "msg-send")
        tap.ok(t.shows("msg> "), "there is a prompt", t.seen)
        t.type("get-it\t/about/@name\n")
        tap.ok(t.shows('["about"]'), "a command is completed", t.seen)
        t.shows("msg> ")
        t.type("get-item /[\n")
        tap.ok(t.shows("bad-request (syntax)"), "an error is told", t.seen)
        tap.ok(t.shows("msg> "), "and is not the end", t.seen)
        t.type("nonsense\x03")
        t.shows("msg> ")
        t.type("get-item /about\n")
        tap.ok(t.shows('\r\n    "_key": '), "Ctrl-C drops the line; an answer "
               "is indented", t.seen)
        t.shows("msg> ")
        t.type('set-user [{"method":"save","data":{"password":"hidden"}}]\n')
        t.shows("msg-send: ")
        t.shows("msg> ")
        t.type("\x04")
        tap.ok(t.end() == 0, "Ctrl-D is the end", t.seen)
        path = os.path.join(env["XDG_STATE_HOME"], "msg/history")
        tap.ok(stat.S_IMODE(os.stat(path).st_mode) == 0o600,
               "others cannot read the history")
        history = open(path).read()
        tap.ok("get-item /about/@name\n" in history, "it has what was typed",
               history)
        tap.ok("hidden" not in history, "but no password", history)

        t = Terminal(env, "msg-send")
        t.shows("msg> ")
        t.type("\x1b[A\n")
        tap.ok(t.shows('"_key"'), "the next prompt knows it", t.seen)
        t.shows("msg> ")
        server.stop()
        tap.ok(t.end() == 3, "the server ends, and so does the prompt", t.seen)
    tap.done()


main()
