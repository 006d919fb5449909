#!/usr/bin/python3
"""profanity, on a terminal: the commands in its list, and one executed by
filling in the form it shows."""

import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "../lib"))
import tap
from server import Server
from terminal import Terminal


def talk(s):
    c = s.context()
    t = Terminal(s.env | {"TERM": "xterm"}, "/usr/bin/profanity",
                 rows=50, columns=200)
    t.shows("/help")
    t.type(f"/connect {c['jid']}/commands server 127.0.0.1 port {s.port} "
           "tls trust\r")
    t.shows("password")
    t.type(c["password"] + "\r")
    tap.ok(t.shows("logged in successfully"), "logs in", t.seen)
    # It looks around by itself first, in two steps; what it is told to ask
    # is answered behind each.
    t.type(f"/disco items {s.domain}\r")
    tap.ok(t.shows("Commands"), "is told that there are commands", t.seen)
    t.type(f"/disco info {s.domain}\r")
    tap.ok(t.shows("http://jabber.org/protocol/commands"), "and knows it",
           t.seen)
    t.type(f"/cmd list {s.domain}\r")
    tap.ok(t.shows("get-item") and t.shows("set-user"), "lists them", t.seen)
    t.type(f"/cmd exec get-item {s.domain}\r")
    tap.ok(t.shows("QUERY (required)"), "shows the form of one", t.seen)
    t.type("/field1 /news/*\r")
    tap.ok(t.shows("Field updated"), "fills it in", t.seen)
    t.type("/form submit\r")
    t.type("/win 1\r")
    tap.ok(t.shows("get-item completed") and t.shows("Article 1") and
           t.shows("Article 3"), "and shows the answer", t.seen)
    t.type("/quit\r")
    tap.ok(t.end() == 0, "leaves", t.seen)


with Server() as s:
    try:
        talk(s)
    except Exception as error:
        tap.ok(False, f"{type(error).__name__}: {error}", s.log())
tap.done()
