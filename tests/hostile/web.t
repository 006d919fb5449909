#!/usr/bin/python3
"""What means harm over HTTP, WebSocket and BOSH; others are served."""

import os
import sys
import zlib

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "../lib"))
import tap
import xmpp
from hostile import Raw, Witness
from server import Server
from web import BOSH, PING, TEXT, Bosh, Refused, WebSocket, frame

PING_IQ = "<iq xmlns='jabber:client' type='get' id='%s'>" \
    "<ping xmlns='urn:xmpp:ping'/></iq>"
HEAD = "POST /http-bind HTTP/1.1\r\nHost: localhost\r\n"


def user(s):
    c = s.context()
    return c["jid"].split("@")[0], c["password"]


def websocket(s, witness):
    def ws():
        return WebSocket(s.https_port, True).connect(*user(s), "ws")
    ping = (PING_IQ % "1").encode()
    for name, data, codes in (
            ("a frame that is not masked", frame(TEXT, ping, mask=b""),
             (1002,)),
            ("a frame of 2^63 bytes", b"\x81\xff" + b"\x7f" + b"\xff" * 7 +
             b"abcd", (1009,)),
            ("a frame of eight megabytes", frame(TEXT, b"<iq>" + b" " *
                                                 (8 << 20)), (1009,)),
            ("fragments without end, white", frame(TEXT, b" ", first=0) +
             frame(0, b" " * 1000, first=0) * 8000, (1000, 1009)),
            ("fragments without end, of a stanza", frame(
                TEXT, b"<iq><a>", first=0) + frame(0, b"x" * 1000, first=0) *
             8000, (1000, 1009)),
            ("fragments without end, empty", frame(TEXT, b"", first=0) +
             frame(0, b"", first=0) * 100000, (1009,)),
            ("half a character at the end", frame(TEXT, b"<iq>\xe2\x82"),
             (1000, 1007)),
            ("elements 30,000 deep", frame(TEXT, b"<iq>" + b"<a>" * 30000),
             (1000, 1009)),
            ("500,000 empty children", frame(TEXT, b"<iq>" + b"<a/>" * 500000
                                             + b"</iq>"), (1000, 1009)),
            ("a DTD", frame(TEXT, b"<!DOCTYPE a [<!ENTITY b 'c'>]><iq/>"),
             (1000,)),
            ("compression nobody agreed to", frame(
                TEXT, zlib.compress(ping)[2:-4], first=0xc0), (1002,))):
        x = ws()
        try:
            x.sock.sendall(data)
        except OSError:
            pass
        got = x.closing_code()
        # What the server did not read resets the connection.
        tap.ok(got in codes + (None,) and witness.served(),
               f"WebSocket, {name}: {' or '.join(map(str, codes))}", got)
        x.sock.close()
    x = ws()
    for _ in range(2000):
        x.sock.sendall(frame(PING, b"x" * 125))
    x.send(PING_IQ % "still")
    tap.ok(x.next().get("id") == "still" and witness.served(),
           "WebSocket, a flood of pings is answered, others are served")
    x.close()


def elements(s, witness):
    """Bodies that are more work than bytes."""
    for name, payload in (
            ("500,000 empty children", "<a/>" * 500000),
            ("500,000 empty children of a stanza", "<iq xmlns='jabber:client'>"
             + "<a/>" * 490000 + "</iq>"),
            ("elements 30,000 deep", "<a>" * 30000 + "</a>" * 30000),
            ("100,000 attributes", "<a " + " ".join(
                f"a{i}=''" for i in range(100000)) + "/>"),
            ("a megabyte of attribute", "<a b='" + "x" * (2 << 20) + "'/>"),
            ("an entity", "<a>&lol;</a>"), ("a comment", "<!-- x -->"),
            ("control characters", "<a>\x01</a>")):
        for when in "before", "after":
            b = Bosh(s.http_port)
            b.open()
            if when == "after":
                b.login(*user(s))
                b.open()
                b.bind("attacker")
            try:
                b.exchange(payload)
                got = "taken"
            except Refused as e:
                got = str(e)
            except (OSError, xmpp.Closed):
                got = "closed"
            tap.ok(got in ("policy-violation", "bad-request", "closed",
                           "remote-stream-error", "400", "403", "413") and
                   witness.served(), f"BOSH, {when} login, {name}", got)
            b.http.close()


def sessions(s, witness):
    b = Bosh(s.http_port).connect(*user(s), "victim")
    rid = b.rid
    for name, text in (
            ("another rid", b.wrap(PING_IQ % "x", rid=rid + 1000)),
            ("an old rid", b.wrap(PING_IQ % "x", rid=1)),
            ("a rid of 2^64", b.wrap(PING_IQ % "x", rid=1 << 64)),
            ("a rid that is none", b.wrap(PING_IQ % "x", rid="-1")),
            ("no rid", f"<body xmlns='{BOSH}' sid='{b.sid}'/>")):
        v = Bosh(s.http_port).connect(*user(s), "games")
        text = text.replace(b.sid, v.sid)
        try:
            v.post(text) and v.take()
            got = "taken"
        except Refused as e:
            got = str(e)
        tap.ok(got in ("item-not-found", "bad-request", "404", "400") and
               witness.served(), f"BOSH, {name}", got)
        v.http.close()
    for sid in ("x", b.sid[:-1], b.sid[:-1] + "!", b.sid + "0",
                "0-" + "0" * 32, "../" + b.sid):
        thief = Bosh(s.http_port)
        thief.sid = sid
        try:
            thief.exchange(PING_IQ % "stolen")
            got = "taken"
        except Refused as e:
            got = str(e)
        tap.ok(got in ("item-not-found", "bad-request", "404", "400"),
               f"BOSH, a session is not found by {sid[:12]!r}", got)
        thief.http.close()
    b.exchange(PING_IQ % "mine")
    tap.ok(b.next().get("id") == "mine" and witness.served(),
           "BOSH, and goes on for whose it is")
    b.close()


def http(s, witness):
    body = f"<body xmlns='{BOSH}'/>"
    smuggled = "GET /smuggled HTTP/1.1\r\nHost: x\r\n\r\n"
    for name, text in (
            ("two lengths", HEAD + "Content-Length: 5\r\nContent-Length: 50"
             "\r\n\r\nhello" + smuggled),
            ("a list of lengths", HEAD + "Content-Length: 5, 5\r\n\r\nhello" +
             smuggled),
            ("length and chunks", HEAD + "Content-Length: 5\r\nTransfer-"
             "Encoding: chunked\r\n\r\n0\r\n\r\n" + smuggled),
            ("chunks by another name", HEAD + "Transfer-Encoding: xchunked"
             "\r\n\r\n0\r\n\r\n" + smuggled),
            ("chunks twice", HEAD + "Transfer-Encoding: chunked, chunked\r\n"
             "\r\n0\r\n\r\n" + smuggled),
            ("a space before the colon", HEAD + "Content-Length : 5\r\n\r\n"
             "hello" + smuggled),
            ("a folded field", HEAD + "X: a\r\n Content-Length: 50\r\n\r\n" +
             smuggled),
            ("a length with a sign", HEAD + "Content-Length: +5\r\n\r\nhello" +
             smuggled),
            ("a length past 2^64", HEAD + "Content-Length: "
             "18446744073709551621\r\n\r\nhello" + smuggled),
            ("a bare CR", HEAD + "X: a\rContent-Length: 50\r\n\r\n" +
             smuggled),
            ("a bare LF", HEAD.replace("\r\n", "\n") + "\n" + smuggled),
            ("a NUL in a field", HEAD + "X: a\0b\r\n\r\n" + smuggled),
            ("a chunk of 2^64", HEAD + "Transfer-Encoding: chunked\r\n\r\n"
             "FFFFFFFFFFFFFFFFF\r\n" + smuggled),
            ("a chunk with a sign", HEAD + "Transfer-Encoding: chunked\r\n\r\n"
             "-1\r\n" + smuggled),
            ("no host", "GET / HTTP/1.1\r\n\r\n" + smuggled),
            ("two hosts", "GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n" +
             smuggled),
            ("10,000 fields", HEAD + "X: y\r\n" * 10000 + "\r\n"),
            ("a field of a megabyte", HEAD + "X: " + "y" * (1 << 20)),
            ("a target of a megabyte", "GET /" + "x" * (1 << 20)),
            ("fields without end", "GET / HTTP/1.1\r\n" + "X: y\r\n" *
             200000),
            ("a body that says too much", HEAD + "Content-Length: 99999999999"
             "\r\n\r\n" + body)):
        raw = Raw(s.http_port)
        raw.send(text)
        ended = raw.end()
        answers = raw.got.count(b"HTTP/1.1 ")
        tap.ok(ended != "open" and answers <= 1 and b" 200 " not in
               raw.got[:20] and witness.served(),
               f"HTTP, {name}: refused, and nothing behind it is read",
               raw.got[-300:])
        raw.close()
    for target in ("/../../etc/passwd", "/%2e%2e/%2e%2e/etc/passwd",
                   "/..%2f..%2fetc/passwd", "//etc/passwd", "/\\..\\x",
                   "/%00", "/x%00.html", "/.hidden/x"):
        raw = Raw(s.http_port)
        raw.send(f"GET {target} HTTP/1.1\r\nHost: localhost\r\n"
                 "Connection: close\r\n\r\n")
        raw.end()
        tap.ok(b"root:" not in raw.got and b" 200 " not in raw.got[:20],
               f"HTTP, {target}: nothing", raw.got[:200])


with Server("--plaintext") as s:
    root = os.path.join(s.dir, "root")
    os.makedirs(os.path.join(root, ".hidden"))
    with open(os.path.join(root, ".hidden", "x"), "w", encoding="ascii") as f:
        f.write("root: hidden\n")
    s.stop()
    s.options += (f"--web-root={root}", "--request-time=6s")
    s.start()
    witness = Witness(s)
    websocket(s, witness)
    elements(s, witness)
    sessions(s, witness)
    http(s, witness)
    tap.ok(witness.wrong is None, "one was served all the while",
           witness.wrong)
    witness.stream.sock.close()
    tap.ok(s.stop() == 0, "the server ends in order", s.log())
tap.done()
