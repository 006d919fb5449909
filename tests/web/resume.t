#!/usr/bin/python3
"""Sessions that go on (XEP-0198): from TCP to WebSocket and back, and cut off
at every byte of what is sent.  Nothing is lost and nothing is done twice."""

import base64
import json
import os
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "../lib"))
import tap
import xmpp
from server import Server
from web import WebSocket

SM = "urn:xmpp:sm:3"
NS = "xmlns='jabber:client'"
HOWS = ["tcp", "wss", "tcp", "ws", "tcp"]


def new_stream(s, how, user=None, password=None):
    """Logged in, and no resource yet; the administrator's."""
    c = s.context()
    user = user or c["jid"].split("@")[0]
    password = password or c["password"]
    if how == "tcp":
        x = xmpp.Stream(s.tls_port, "localhost", True)
    else:
        x = WebSocket(s.https_port if how == "wss" else s.http_port,
                      how == "wss")
    x.open()
    x.login(user, password)
    x.open()
    return x


def enable(x, name):
    x.bind(name)
    x.send(f"<enable xmlns='{SM}' resume='true'/>")
    return x.next().get("id")


def ask_resume(x, ident, h):
    x.send(f"<resume xmlns='{SM}' previd='{ident}' h='{h}'/>")


def resume(s, how, ident, h):
    x = new_stream(s, how)
    ask_resume(x, ident, h)
    return x, x.next()


def set_item(path, ident):
    text = json.dumps([{"method": "create",
                        "data": {"_path": path, "_kind": "Folder"}}])
    return (f"<iq {NS} type='set' id='{ident}'><item xmlns='urn:M'>"
            f"{xmpp.b64(text.encode())}</item></iq>")


def answers(x, want):
    """Stanzas until that many came: [(id, type)]."""
    got = []
    while len(got) < want:
        e = x.next()
        if e.tag.startswith("{jabber:client}"):
            got.append((e.get("id"), e.get("type")))
    return got


def from_one_to_another(s):
    x = new_stream(s, "tcp")
    ident = enable(x, "wanderer")
    h, seen = 0, 0
    for n, how in enumerate(["ws", "tcp", "wss", "wss", "tcp"] * 2):
        x.send(set_item(f"/w{n}", f"w{n}"))
        x.cut()
        x, got = resume(s, how, ident, h)
        tap.ok(got.tag == f"{{{SM}}}resumed", f"{n}: resumed over {how}",
               "\n".join(x.trace[-4:]))
        if int(got.get("h")) == seen:       # it was not heard: say it again
            x.send(set_item(f"/w{n}", f"w{n}"))
        seen += 1
        got = answers(x, 1)
        h += 1
        tap.ok(got == [(f"w{n}", "result")], f"{n}: the answer comes once",
               repr(got))
    x.send(f"<r xmlns='{SM}'/>")
    x.close()


def at_every_byte(s):
    """Two sets, cut off after each number of bytes."""
    whole = set_item("/cut/a", "a") + set_item("/cut/b", "b")
    bad = []
    for n in range(0, len(whole) + 1, 7):
        x = new_stream(s, "tcp")
        ident = enable(x, "cut")
        x.send(set_item("/cut", "c"))
        answers(x, 1)
        x.send(whole[:n])
        x.cut()
        x, got = resume(s, "tcp", ident, 1)
        if got.tag != f"{{{SM}}}resumed":
            bad.append((n, x.trace[-4:]))
            break
        done = int(got.get("h")) - 1
        parts = [set_item("/cut/a", "a"), set_item("/cut/b", "b")]
        x.send("".join(parts[done:]))
        text = json.dumps([{"method": "remove", "data": {"_path": "/cut"}}])
        x.send(f"<iq {NS} type='set' id='r'><item xmlns='urn:M'>"
               f"{xmpp.b64(text.encode())}</item></iq>")
        got = answers(x, 3)
        if got != [("a", "result"), ("b", "result"), ("r", "result")]:
            bad.append((n, done, got))
        x.close()
    tap.ok(not bad, "cut off anywhere: each is done once", repr(bad))


def big_answers(s):
    """More than is kept: the session goes on, resuming it is refused."""
    x = new_stream(s, "tcp")
    ident = enable(x, "big")
    text = xmpp.b64(b"/news")
    for n in range(100):
        x.send(f"<iq {NS} type='get' id='{n}'><item xmlns='urn:M'>{text}"
               "</item></iq>")
    got = answers(x, 100)
    tap.ok([i for i, _ in got] == [str(n) for n in range(100)],
           "who acknowledges nothing is still served")
    x.cut()
    x, got = resume(s, "tcp", ident, 0)
    tap.ok(got.tag == f"{{{SM}}}failed" and got.get("h") == "100",
           "what is not kept cannot be resumed", "\n".join(x.trace[-2:]))
    x.close()
    x, got = resume(s, "ws", ident, 100)
    tap.ok(got.tag == f"{{{SM}}}resumed", "who saw it all can",
           "\n".join(x.trace[-2:]))
    x.close()


def set_user(admin, method, **data):
    admin.send(f"<iq {NS} type='set' id='{method}'><user xmlns='urn:M'>"
               + xmpp.b64(json.dumps([{"method": method, "data": {
                   "name": "paris", **data}}]).encode()) + "</user></iq>")


def ends(x):
    """What a stream says until it ends; None when it says no more and does
    not end."""
    said = []
    try:
        while True:
            e = x.next()
            said.append((e.tag.split("}")[1], e.get("id"), e.get("type"),
                         [c.tag.split("}")[1] for c in e]))
    except TimeoutError:
        return None
    except (xmpp.Closed, OSError):
        return said


def user_goes(s):
    """Sessions on their way from one worker to another, while their user is
    removed: each ends, and none can be resumed by another of his name."""
    admin = new_stream(s, "tcp")
    admin.bind("keeper")
    bad, old = [], None
    for n in range(12):
        set_user(admin, "create", password="a valiant earl",
                 roles=["read:/"])
        answers(admin, 1)
        idents = []
        for how in HOWS:
            x = new_stream(s, how, "paris", "a valiant earl")
            idents.append(enable(x, how + str(len(idents))))
            x.cut()
        streams = [new_stream(s, how, "paris", "a valiant earl")
                   for how in reversed(HOWS)]
        if old is not None:
            ask_resume(streams[0], old, 0)
            if streams[0].next().tag != f"{{{SM}}}failed":
                bad.append((n, "another's session", streams[0].trace))
        old = idents[0]
        bad += [(n, *x) for x in race(admin, streams, idents, n)]
    tap.ok(not bad, "who is removed while his sessions are resumed is gone",
           repr(bad[:3]))
    end = time.monotonic() + 60
    left = None
    while left != (1, 0) and time.monotonic() < end:
        admin.send(f"<iq {NS} type='get' id='status'><status xmlns='urn:M'/>"
                   "</iq>")
        status = json.loads(base64.b64decode(admin.next()[0].text))
        left = status["streams"], status["detached"]
    tap.ok(left == (1, 0), "nothing of him is left", left)
    admin.close()


def race(admin, streams, idents, n):
    """He is removed when the n-th, n + 1st, ... wants to go on: the third
    time when those before are known to, the second when it is known that he
    is gone."""
    at, bad, first = n % (len(streams) + 1), [], []
    for i in range(len(streams) + 1):
        if i == at:
            if n % 3 == 2:
                first = [x.next().tag for x in streams[:i]]
            set_user(admin, "remove")
            if n % 3 == 1:
                answers(admin, 1)
        if i < len(streams):
            try:
                ask_resume(streams[i], idents[i], 0)
            except OSError:
                pass                # it has ended
    if n % 3 != 1:
        answers(admin, 1)
    if any(tag != f"{{{SM}}}resumed" for tag in first):
        bad.append(("not resumed", first))
    for i, x in enumerate(streams):
        try:
            x.send(f"<iq {NS} type='get' id='late'><item xmlns='urn:M'>"
                   f"{xmpp.b64(b'/news')}</item></iq>")
        except OSError:
            pass
        said = ends(x)
        if not said or said[-1][0] != "error" or \
                ("late", "result") in [w[1:3] for w in said] or \
                (n % 3 == 1 and i >= at and said[0][0] == "resumed"):
            bad.append((i, said, x.trace[-6:]))
        x.sock.close()
    return bad


with Server("--plaintext", "--workers=3", "--max-unacked=16k") as server:
    from_one_to_another(server)
    at_every_byte(server)
    big_answers(server)
    user_goes(server)
    tap.ok(server.stop() == 0, "the server ends well", server.log())
tap.done()
