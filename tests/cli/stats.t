#!/usr/bin/python3
"""msg-watch stats: lines in a pipe, a table that stays in place on a terminal,
a summary at the end; and the numbers of get-status they are made of."""

import json
import os
import re
import signal
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "../lib"))
import tap
from server import BIN, Server
from terminal import Terminal


def pipe(server, *options):
    """stats in a pipe."""
    return subprocess.Popen([os.path.join(BIN, "msg-watch"), "stats", *options],
        env=server.env, cwd=server.dir, text=True,
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE)


def numbers(server):
    status = server.tool("msg-send", "get-status").stdout
    tap.ok(json.loads(status)["commands"]["get-item"]["count"] >= 4,
           "get-status counts a command", status)
    status = json.loads(server.tool("msg-send", "get-status",
                                    "times").stdout)
    row = status["commands"]["get-item"]
    tap.ok(sum(n for _, n in row["times"]) == row["count"],
           "its histogram has all of them", row)
    tap.ok(row["errors"] == 1 and row["p50_us"] <= row["p99_us"]
           and row["bytes_out"] > 0, "errors, latencies and bytes", row)
    tap.ok(status["connections"] == 1 and status["workers"] >= 1
           and status["watches"] == 0, "gauges", status)
    run = server.tool("msg-send", "get-status", "tiems")
    tap.ok(run.returncode == 1 and "'times' or nothing" in run.stderr,
           "another argument is refused", run.stderr)


def lines(server):
    p = pipe(server, "--interval", "100ms", "--format", "json")
    first = json.loads(p.stdout.readline())
    tap.ok(first["interval_us"] > 0 and first["rev"] > 0
           and "get-status" in first["commands"], "a line an interval", first)
    for _ in range(3):
        server.tool("msg-send", "get-item", "/about")
    found = 0
    while found < 3:
        found += json.loads(p.stdout.readline())["commands"].get(
            "get-item", {"count": 0})["count"]
    tap.ok(found == 3, "what happened is counted once", found)
    p.send_signal(signal.SIGINT)
    rest = p.stdout.read().splitlines()
    summary = json.loads(rest[-1])
    tap.ok(p.wait(30) == 0 and summary["summary"] is True
           and summary["commands"]["get-item"]["count"] == 3,
           "Ctrl-C: a summary, and a good end", rest)
    p = pipe(server, "-i", "100ms", "--format", "text", "-n", "2")
    text = p.stdout.read().splitlines()
    tap.ok(p.wait(30) == 0 and re.fullmatch(
        r"\d\d:\d\d:\d\d requests=\S+/s errors=\S+/s p50=\S+s p99=\S+s .*",
        text[0]), "for people", text)
    tap.ok(len(text) > 5 and text[3].startswith("in "),
           "so is the summary", text)


def table(server):
    env = dict(server.env, TERM="xterm", NO_COLOR="1")
    t = Terminal(env, "msg-watch", "stats", "--interval", "100ms")
    tap.ok(t.shows("command      a second"), "a table on a terminal", t.seen)
    tap.ok(t.shows("get-item"), "with what came since the start", t.seen)
    tap.ok(t.shows("A\r\x1b[J"), "goes up and over itself", t.seen)
    t.shows("queues: ")
    t.signal()
    tap.ok(t.end() == 0 and b" requests, " in t.seen[t.at:]
           and b"\x1b" not in t.seen[t.seen.rfind(b"requests, "):],
           "Ctrl-C: the summary stays below", t.seen)
    small = Terminal(env, "msg-watch", "stats", "-i", "100ms", "-n", "2",
                     rows=5, columns=30)
    small.end()
    block = small.seen.split(b"\x1b[J")[1].split(b"\x1b")[0]
    shown = [x for x in block.split(b"\r\n") if x]
    tap.ok(len(shown) <= 5 and all(len(x) <= 30 for x in shown),
           "it fits into a small window", shown)
    dumb = Terminal(dict(env, TERM="dumb"), "msg-watch", "stats", "-i",
                    "100ms", "-n", "1")
    tap.ok(dumb.end() == 0 and b"\x1b" not in dumb.seen
           and b"requests=" in dumb.seen, "a dumb terminal gets lines",
           dumb.seen)


def restart(server):
    p = pipe(server, "--interval", "100ms", "--format", "json")
    json.loads(p.stdout.readline())
    server.stop()
    server.start()
    row = json.loads(p.stdout.readline())
    while "set-watch" in row["commands"] or row["interval_us"] < 0:
        row = json.loads(p.stdout.readline())
    p.send_signal(signal.SIGINT)
    p.stdout.read()
    tap.ok(p.wait(30) == 0 and row["requests"] < 1000,
           "a server that comes again begins at nothing", row)


def refused(server):
    run = server.tool("msg-send", "set-user", '[{"method":"create","data":'
                      '{"name":"eve","password":"eve-eve-eve"}}]')
    secret = os.path.join(server.dir, "eve")
    with open(os.open(secret, os.O_CREAT | os.O_WRONLY, 0o600), "w") as f:
        f.write("eve-eve-eve\n")
    run = server.tool("msg-watch", "stats", "--jid", "eve@localhost",
                      "--password-file", secret, "--server",
                      f"127.0.0.1:{server.port}", "--pin",
                      server.context()["pin"])
    tap.ok(run.returncode == 1 and "for administrators only" in run.stderr,
           "who is no administrator is told", run.stderr)


def main():
    with Server() as server:
        for query in "/about", "/", "/news/*", "/[":
            server.tool("msg-send", "get-item", query)
        numbers(server)
        lines(server)
        table(server)
        refused(server)
        restart(server)
    tap.done()


main()
