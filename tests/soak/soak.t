#!/usr/bin/python3
"""Mixed load, over and over: at the end the server has the memory and the
descriptors it had when all had been done a few times.

SOAK_SECONDS: how long (make soak: 600).  Without it a few rounds, by the
sanitized server, which tells at its end of every byte that was lost."""

import json
import os
import random
import sys
import threading
import time

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "../lib"))
SECONDS = int(os.environ.get("SOAK_SECONDS", "0"))
if not SECONDS:
    os.environ["BIN"] = "build/san/bin"
import tap
import web
import xmpp
from hostile import HEADER, Raw, descriptors, login
from server import Server

ROUNDS = 12             # of each kind, without SOAK_SECONDS
WARM = 4                # rounds of each before anything is measured


def ask(stream, kind, name, text, ident="1"):
    stream.send(f"<iq xmlns='jabber:client' type='{kind}' id='{ident}'><{name} "
                f"xmlns='urn:M'>{xmpp.b64(text.encode())}</{name}></iq>")
    while (got := stream.next()).get("id") != ident:
        pass
    return got


def save(path, title):
    return json.dumps([{"method": "save", "data": {"_path": path,
                                                   "title": title}}])


def work(stream, n):
    """What a client does."""
    for path in "/", "/news/*", "//*", "/[":
        ask(stream, "get", "item", path)
    ask(stream, "set", "watch", "/news/*")
    ask(stream, "set", "item", save("/news/article-1", f"{n} {'x' * 100}"))
    ask(stream, "get", "log", "/news/article-1")
    stream.send("<presence xmlns='jabber:client'/>")


def plain(s, n):
    stream = login(s, f"plain{n}")
    work(stream, n)
    stream.close()


def starttls(s, n):
    c = s.context()
    stream = xmpp.Stream(s.port).connect(c["jid"].split("@")[0],
                                         c["password"], f"start{n}")
    work(stream, n)
    stream.sock.close()         # without a word


def websocket(s, n):
    c = s.context()
    ws = web.WebSocket(s.https_port, True).connect(
        c["jid"].split("@")[0], c["password"], f"ws{n}")
    work(ws, n)
    ws.close()


def bosh(s, n):
    c = s.context()
    b = web.Bosh(s.https_port, True).connect(c["jid"].split("@")[0],
                                             c["password"], f"bosh{n}")
    ask(b, "get", "item", "/news/*")
    b.close()


def resumed(s, n):
    """Stream management: cut off, resumed, ended."""
    c = s.context()
    stream = login(s, f"sm{n}")
    stream.send("<enable xmlns='urn:xmpp:sm:3' resume='true'/>")
    enabled = stream.next()
    ask(stream, "get", "item", "/news/*")
    stream.sock.close()
    again = xmpp.Stream(s.tls_port, direct=True)
    again.open()
    again.login(c["jid"].split("@")[0], c["password"])
    again.open()
    again.send(f"<resume xmlns='urn:xmpp:sm:3' h='1' "
               f"previd='{enabled.get('id')}'/>")
    if not again.next().tag.endswith("}resumed"):
        raise xmpp.Refused("no resumption")
    ask(again, "get", "item", "/news/*", "2")
    again.close()


def harm(s, n):
    """Those who break off or break the rules."""
    for data in ("", HEADER, HEADER + "<iq>" + "<a>" * 100, "\x16\x03\x01",
                 HEADER + "<a></b>", "GET / HTTP/1.1\r\n\r\n"):
        raw = Raw(random.choice((s.port, s.tls_port, s.http_port,
                                 s.https_port)))
        raw.send(data)
        raw.close()
    raw = Raw(stream=login(s, f"harm{n}"))
    raw.send("<iq type='get' id='1'><item xmlns='urn:M'>Ly8q</item></iq>"
             * 50 + "<a></b>")
    raw.close()
    try:
        xmpp.Stream(s.tls_port, direct=True).connect("admin", "wrong", "x")
    except xmpp.Refused:
        pass


KINDS = [plain, starttls, websocket, bosh, resumed, harm]


class Worker(threading.Thread):
    def __init__(self, s, kind):
        super().__init__()
        self.s, self.kind = s, kind
        self.rounds, self.wrong = 0, None

    def until(self, rounds, end):
        while (self.rounds < rounds or time.monotonic() < end) and \
                self.wrong is None:
            try:
                self.kind(self.s, self.rounds)
            except Exception as e:
                self.wrong = f"{self.kind.__name__}: {type(e).__name__}: {e}"
            self.rounds += 1


def together(workers, rounds, end):
    threads = [threading.Thread(target=w.until, args=(rounds, end))
               for w in workers]
    for t in threads:
        t.start()
    for t in threads:
        t.join()


def settled(s, least):
    """Descriptors when all who left are let go of; asks until it is so."""
    probe = login(s, "probe")
    end = time.monotonic() + 60
    while descriptors(s) > least + 1 and time.monotonic() < end:
        ask(probe, "get", "item", "/news/@name", "p")
    found = descriptors(s) - 1
    probe.close()
    return found


def anonymous(s):
    """Memory that is no file's: the store is mapped."""
    with open(f"/proc/{s.process.pid}/status", encoding="ascii") as f:
        return next(int(line.split()[1]) * 1024 for line in f
                    if line.startswith("RssAnon:"))


with Server("--max-user-streams=1000") as s:
    least = descriptors(s)
    workers = [Worker(s, kind) for kind in KINDS]
    together(workers, WARM, 0)
    settled(s, least)
    warm = anonymous(s)
    end = time.monotonic() + SECONDS
    steps = max(1, SECONDS // 60)
    for step in range(steps):
        together(workers, ROUNDS, end - SECONDS * (steps - 1 - step) / steps)
        if SECONDS:
            print(f"# {sum(w.rounds for w in workers)} rounds, "
                  f"{anonymous(s) >> 10} kB, {descriptors(s)} descriptors",
                  flush=True)
    for w in workers:
        tap.ok(w.wrong is None, f"{w.kind.__name__}: {w.kind.__doc__ or ''}",
               f"{w.wrong}\n{s.log()}")
    tap.ok(settled(s, least) <= least, "descriptors are what they were",
           f"{least} {descriptors(s)}")
    if SECONDS:
        tap.ok(anonymous(s) < warm * 1.25 + (8 << 20),
               "memory is what it was", f"{warm} {anonymous(s)}")
    tap.ok(s.stop() == 0, "the server ends in order, and lost nothing",
           s.log())
tap.done()
