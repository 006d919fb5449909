#!/usr/bin/python3
"""WebSocket (RFC 6455, RFC 7395), as it should be used and as it should not;
others are served meanwhile."""

import base64
import json
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "../lib"))
import tap
import xmpp
from server import Server
from web import CLOSE, FRAMING, PING, PONG, TEXT, Http, WebSocket, frame

M = "urn:M"
STANZAS = "{urn:ietf:params:xml:ns:xmpp-stanzas}"
STREAM = "{http://etherx.jabber.org/streams}"


def payload(element):
    return json.loads(base64.b64decode(element[0].text))


def command(ws, kind, name, text, ident="c"):
    ws.send(f"<iq xmlns='jabber:client' type='{kind}' id='{ident}'>"
            f"<{name} xmlns='{M}'>{xmpp.b64(text.encode())}</{name}></iq>")


def login(s, port=None, tls=False, resource="ws", **fields):
    c = s.context()
    return WebSocket(port or s.http_port, tls, **fields).connect(
        c["jid"].split("@")[0], c["password"], resource)


def use(s, port, tls, name):
    ws = login(s, port, tls, name)
    tap.ok(ws.jid.endswith("/" + name), f"{name}: logs in and binds", ws.jid)
    tap.ok(ws.header.tag == f"{{{FRAMING}}}open" and
           ws.header.get("from") == "localhost" and ws.header.get("id") and
           ws.header.get("version") == "1.0", f"{name}: <open/> is answered",
           "\n".join(ws.trace))
    command(ws, "get", "item", "/news/article-1")
    got = ws.next()
    tap.ok(got.tag == "{jabber:client}iq" and got.get("id") == "c" and
           payload(got)[0]["_path"] == "/news/article-1",
           f"{name}: get-item, the answer in its own namespace",
           "\n".join(ws.trace))
    command(ws, "set", "watch", "/news/*")
    ws.next()
    command(ws, "set", "item", json.dumps(
        [{"method": "save", "data": {"_path": "/news/article-1",
                                     "title": name}}]))
    both = {e.tag: e for e in (ws.next(), ws.next())}
    tap.ok(payload(both["{jabber:client}iq"])[0]["title"] == name,
           f"{name}: set-item")
    event = both["{jabber:client}message"]
    tap.ok(payload(event)[0]["item"]["title"] == name,
           f"{name}: the event comes")
    for n in range(200):
        command(ws, "get", "item", "/news/@name", f"p{n}")
    ids = [ws.next().get("id") for n in range(200)]
    tap.ok(ids == [f"p{n}" for n in range(200)],
           f"{name}: 200 requests at once are answered in order")
    command(ws, "get", "item", "//*")
    command(ws, "set", "item", "[]", "set")
    command(ws, "get", "item", "/@name", "after")
    ids = [ws.next().get("id") for n in range(3)]
    tap.ok(ids == ["c", "set", "after"], f"{name}: gets wait for sets", ids)
    ws.frame(PING, b"are you there?")
    tap.ok(ws.message() == (PONG, b"are you there?"), f"{name}: ping, pong")
    rest = ws.close()
    tap.ok(not rest and ws.code == 1000, f"{name}: <close/>, then code 1000",
           "\n".join(ws.trace[-4:]))


def in_pieces(s):
    ws = login(s)
    text = "<iq xmlns='jabber:client' type='get' id='ü'><ping " \
        "xmlns='urn:xmpp:ping'/></iq>"
    data = text.encode()
    whole = frame(TEXT, data)
    for i in range(len(whole)):
        ws.sock.sendall(whole[i:i + 1])
    tap.ok(ws.next().get("id") == "ü", "a frame byte by byte")
    ws.frame(TEXT, data[:1], first=0)
    for i in range(1, len(data)):
        ws.frame(0, data[i:i + 1], first=0)
        if i % 9 == 0:
            ws.frame(PING, b"x")
    ws.frame(0, b"")
    ws.frame(CLOSE, b"\x03\xe8")
    seen = []
    try:
        while True:
            seen.append(ws.next().get("id"))
    except xmpp.Closed:
        pass
    tap.ok(seen == ["ü"] and ws.code == 1000,
           "a message in fragments of one byte, pings between", seen)
    ws = login(s)
    ws.sock.sendall(frame(TEXT, data) + frame(CLOSE, b"\x0b\xb8"))
    tap.ok(ws.next().get("id") == "ü" and ws.closing_code() == 3000,
           "a close frame gets its code back")
    ws = login(s)
    ws.sock.sendall(frame(TEXT, data) * 50 + frame(TEXT, b" \n") +
                    frame(TEXT, b"") + frame(TEXT, data))
    tap.ok([ws.next().get("id") for n in range(51)] == ["ü"] * 51,
           "many messages in one write; white space is none")
    big = "x" * 100000
    ws.send(f"<iq xmlns='jabber:client' type='get' id='{big}'>"
            "<ping xmlns='urn:xmpp:ping'/></iq>")
    tap.ok(ws.next().get("id") == big, "lengths of 64 bits both ways")
    ws.close()


def streams(s):
    def first(text):
        ws = WebSocket(s.http_port)
        ws.send(text)
        got = []
        try:
            while True:
                got.append(ws.next())
        except (xmpp.Closed, OSError):
            pass
        return [e for e in got if e.tag == STREAM + "error"], ws

    opening = f"<open xmlns='{FRAMING}' version='1.0' to='localhost'/>"
    for text, condition, name in (
            (opening.replace("localhost", "elsewhere"), "host-unknown",
             "another domain"),
            ("<iq xmlns='jabber:client' type='get'/>", "bad-format",
             "a stanza before <open/>"),
            ("<stream:stream xmlns='jabber:client' to='localhost' version="
             "'1.0' xmlns:stream='http://etherx.jabber.org/streams'>",
             "bad-format", "a stream header"),
            ("</stream:stream>", "not-well-formed", "an end tag"),
            (opening + opening, "bad-format", "two elements in a message"),
            ("<open xmlns='" + FRAMING + "'", "bad-format",
             "half an element in a message"),
            ("<!DOCTYPE a [<!ENTITY b 'c'>]>" + opening, "restricted-xml",
             "a DTD"),
            ("<a><b></a>", "not-well-formed", "tags that do not match"),
            ("<a " * 20000, "policy-violation", "too much before login")):
        errors, ws = first(text)
        ws.closing_code()
        tap.ok(len(errors) == 1 and errors[0][0].tag.endswith(
            "}" + condition) and ws.code in (1000, 1009),
            f"{name}: {condition}", "\n".join(ws.trace))
    ws = WebSocket(s.http_port)
    ws.open()
    ws.send(opening)
    try:
        while ws.next().tag != STREAM + "error":
            pass
        tap.ok(True, "a second <open/> is an error")
    except xmpp.Closed:
        tap.ok(False, "a second <open/> is an error", "\n".join(ws.trace))
    ws = WebSocket(s.http_port)
    features = ws.open()
    tap.ok(features.tag == STREAM + "features" and
           features.find(f"{{{xmpp.TLS}}}starttls") is None,
           "STARTTLS is not offered")


def codes(s):
    ping = b"<iq xmlns='jabber:client' type='get' id='a'/>"
    for sent, code, name in (
            (frame(TEXT, ping, mask=b""), 1002, "a frame that is not masked"),
            (frame(2, ping), 1003, "binary data"),
            (frame(3, ping), 1002, "an unknown opcode"),
            (frame(TEXT, ping, first=0xc0), 1002, "a reserved bit"),
            (frame(0, ping), 1002, "a message without a beginning"),
            (frame(TEXT, ping, first=0) * 2, 1002, "a message in another"),
            (frame(PING, b"x", first=0), 1002, "a ping in fragments"),
            (frame(PING, b"x" * 126), 1002, "a long ping"),
            (frame(CLOSE, b"\x03"), 1002, "half a close code"),
            (b"\x81\xff" + b"\x7f" + b"\xff" * 7 + b"abcdx", 1009,
             "a frame of 2^63 bytes"),
            (frame(TEXT, b"", first=0) + frame(0, b"", first=0) * 5000, 1009,
             "fragments without end, empty"),
            # The stream's limit is met first: an error, then an end in order.
            (frame(TEXT, b" ", first=0) + frame(0, b" " * 1000, first=0)
             * 3000, 1000, "fragments without end, white")):
        ws = login(s)
        try:
            ws.sock.sendall(sent)
        except OSError:
            pass
        got = ws.closing_code()
        tap.ok(got == code, f"{name}: {code}", f"{got}\n" +
               "\n".join(ws.trace[-4:]))


def handshakes(s, root):
    for fields, status, name in (
            ({"Sec_WebSocket_Protocol": None}, 400, "no subprotocol"),
            ({"Sec_WebSocket_Protocol": "chat"}, 400, "another one"),
            ({"Sec_WebSocket_Version": "8"}, 426, "an old version"),
            ({"Sec_WebSocket_Key": "abc"}, 400, "a bad key"),
            ({"Upgrade": None}, 426, "no Upgrade"),
            ({"Origin": "http://evil.example"}, 403, "a foreign origin"),
            ({"Origin": "null"}, 403, "no origin to speak of"),
            ({"Origin": f"https://localhost:{s.http_port}"}, 403,
             "another scheme"),
            ({"Origin": f"http://localhost:{s.http_port}"}, 101,
             "our own origin"),
            ({"Origin": "https://good.example:8443"}, 101,
             "a listed origin")):
        ws = WebSocket(s.http_port, **fields)
        tap.ok(ws.handshake.status == status, f"{name}: {status}",
               ws.handshake)
    http = Http(s.http_port)
    http.send("GET /xmpp-websocket HTTP/1.1\r\nHost: rebound.example\r\n"
              "Origin: http://rebound.example\r\nUpgrade: websocket\r\n"
              "Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
              "Sec-WebSocket-Protocol: xmpp\r\n"
              "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n")
    tap.ok(http.answer().status == 403,
           "a name that was made to point here is not our own")


with Server("--plaintext", "--origin=https://good.example:8443",
            "--max-stanza=200k") as s:
    use(s, s.http_port, False, "ws")
    use(s, s.https_port, True, "wss")
    witness = login(s, resource="witness")
    in_pieces(s)
    streams(s)
    codes(s)
    handshakes(s, s.dir)
    command(witness, "get", "item", "/news/@name")
    tap.ok(witness.next().get("type") == "result",
           "another stream was served all the while")
    witness.sock.close()
    tap.ok(s.stop() == 0, "the server ends in order", s.log())
with Server() as s:
    ws = WebSocket(s.http_port)
    features = ws.open()
    tap.ok(features.find(f"{{{xmpp.SASL}}}mechanisms") is None,
           "without --plaintext nobody logs in in clear")
    ws.send(f"<auth xmlns='{xmpp.SASL}' mechanism='PLAIN'>AGEAYg==</auth>")
    tap.ok(ws.next()[0].tag.endswith("encryption-required"),
           "nor by trying")
    idle, half = WebSocket(s.http_port), Http(s.http_port)
    half.send("GET / HT")
    tap.ok(s.stop() == 0, "the server ends although some are connected",
           s.log())
tap.done()
