#!/usr/bin/python3
"""A watcher that reads nothing: others and the writers go on as if it were
not there, the server's memory stays bounded, and it has missed nothing when
it reads again."""

import base64
import json
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "../lib"))
import tap
import xmpp
from server import Server

COMMITS, BYTES = 200, 20000
QUEUE = 1 << 20


def connect(server, who):
    context = server.context()
    stream = xmpp.Stream(server.tls_port, server.domain, True,
                         server.file("tls.crt"))
    return stream.connect(context["jid"].split("@")[0], context["password"],
                          who)


def command(stream, element, argument):
    stream.send(f"<iq type='set' id='c'><{element} xmlns='urn:M'>"
                f"{xmpp.b64(argument.encode())}</{element}></iq>")
    answer = stream.next()
    stream.trace.clear()
    assert answer.get("type") == "result", xmpp.ET.tostring(answer)
    return int(answer[0].get("rev"))


def memory(server):
    """Bytes of its own, in RAM; 0 where nothing tells."""
    try:
        with open(f"/proc/{server.process.pid}/status") as f:
            return int(f.read().split("RssAnon:")[1].split()[0]) << 10
    except (OSError, IndexError):
        return 0


def told(stream):
    """The revision of the next event, and what is new in it."""
    event = stream.next()[0]
    stream.trace.clear()
    change, = json.loads(base64.b64decode(event.text))
    return int(event.get("rev")), change["item"]["content"][:8]


server = Server(f"--max-queue={QUEUE}")
# The sanitizer keeps what was freed: not here, where that is counted.
server.env["ASAN_OPTIONS"] = ("quarantine_size_mb=1:"
                              "thread_local_quarantine_size_kb=64")
with server:
    writer, slow, quick = (connect(server, who)
                           for who in ("writer", "slow", "quick"))
    for watcher in slow, slow, slow, quick:
        command(watcher, "watch", "/about")
    before = memory(server)
    wrong, revs = [], []
    for i in range(COMMITS):
        text = f"{i:08}" + "x" * BYTES
        revs.append((command(writer, "item", json.dumps(
            [{"method": "save", "data": {"_path": "/about",
                                         "content": text}}])), text[:8]))
        got = told(quick)
        if got != revs[-1]:
            wrong.append(f"{got}, not {revs[-1]}")
    grown = memory(server) - before
    tap.none(wrong, "the quick one is told of each commit, at once")
    sent = 3 * COMMITS * BYTES * 4 // 3
    tap.ok(grown < 8 * QUEUE, f"{sent} bytes that nobody read took no more "
           f"than some queues", f"{grown} bytes more than before")
    seen = {}
    while len(seen) < 3 or any(len(s) < COMMITS for s in seen.values()):
        event = slow.next()[0]
        slow.trace.clear()
        change, = json.loads(base64.b64decode(event.text))
        seen.setdefault(event.get("watch"), []).append(
            (int(event.get("rev")), change["item"]["content"][:8]))
    for number, events in sorted(seen.items()):
        tap.ok(events == revs, f"watch {number} of the slow one misses "
               "nothing, in order", str(events[:5]))
    command(writer, "item", json.dumps(
        [{"method": "save", "data": {"_path": "/about",
                                     "content": "x" * 600000}}]))
    gap = quick.next()[0]
    tap.ok(gap.tag == "{urn:M}gap" and int(gap.get("rev")) == revs[-1][0] and
           int(gap.get("oldest")) == revs[-1][0] + 1,
           "an event that no queue holds is a gap", xmpp.ET.tostring(gap))
    tap.ok(server.stop() == 0, "the server ends in order", server.log())
tap.done()
