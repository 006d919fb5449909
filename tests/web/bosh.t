#!/usr/bin/python3
"""BOSH (XEP-0124, XEP-0206), as it should be used and as it should not;
others are served meanwhile."""

import base64
import hashlib
import json
import os
import select
import sys
import time
import traceback
from xml.etree import ElementTree as ET

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "../lib"))
import tap
import xmpp
from server import Server
from web import BOSH, Bosh, Http, Refused

M = "urn:M"
STREAM = "{http://etherx.jabber.org/streams}"


def payload(element):
    return json.loads(base64.b64decode(element[0].text))


def command(kind, name, text, ident="c"):
    return (f"<iq xmlns='jabber:client' type='{kind}' id='{ident}'>"
            f"<{name} xmlns='{M}'>{xmpp.b64(text.encode())}</{name}></iq>")


def ping(ident):
    return (f"<iq xmlns='jabber:client' type='get' id='{ident}'>"
            "<ping xmlns='urn:xmpp:ping'/></iq>")


def login(s, tls=False, resource="bosh", **attributes):
    c = s.context()
    return Bosh(s.https_port if tls else s.http_port, tls,
                **attributes).connect(c["jid"].split("@")[0], c["password"],
                                      resource)


def refused(call, *args, **kwargs):
    """The condition that the answer ends the session with."""
    try:
        return f"answered: {call(*args, **kwargs).attrib}"
    except Refused as end:
        return str(end)


def ids(body):
    return [e.get("id") for e in body]


def use(s, tls, name):
    b = login(s, tls, name)
    h = b.header
    tap.ok(len(b.sid) > 32 and (h.get("wait"), h.get("hold"),
                                h.get("requests"), h.get("ver"),
                                h.get("from"), h.get("secure")) ==
           ("30", "1", "2", "1.11", "localhost", "true" if tls else None) and
           h.get("{urn:xmpp:xbosh}version") == "1.0" and h.get("authid") and
           int(h.get("inactivity")) > 0 and int(h.get("maxpause")) > 0,
           f"{name}: what a new session is told", h.attrib)
    tap.ok(b.jid.endswith("/" + name), f"{name}: logs in and binds")
    b.send(command("get", "item", "/news/article-1"))
    got = b.next()
    tap.ok(got.tag == "{jabber:client}iq" and
           payload(got)[0]["_path"] == "/news/article-1",
           f"{name}: get-item, the answer in its own namespace",
           "\n".join(b.trace[-4:]))
    b.send(command("set", "watch", "/news/*"))
    b.next()
    other = b.other()
    b.post(b.wrap())                    # held: there is nothing to say
    b.post(b.wrap(command("set", "item", json.dumps(
        [{"method": "save", "data": {"_path": "/news/article-1",
                                     "title": name}}]))), other)
    b.take()
    while len(b.ready) < 2:
        b.post(b.wrap())
        b.take(other)
        b.http, other = other, b.http
    both = {e.tag: e for e in b.ready}
    b.ready = []
    tap.ok(payload(both["{jabber:client}iq"])[0]["title"] == name and
           payload(both["{jabber:client}message"])[0]["item"]["title"] ==
           name, f"{name}: set-item, and the event comes")
    b.http = other                      # the last of them is still held
    b.post(b.wrap("".join(ping(n) for n in range(100))), b.other())
    b.take()
    tap.ok(ids(b.body) == [str(n) for n in range(100)],
           f"{name}: a hundred stanzas in one body", ids(b.body))
    b.ready = []
    tap.ok(refused(b.exchange, type="terminate") == "terminate",
           f"{name}: is ended by the client")


def order(s, witness):
    b = login(s)
    second, third = b.other(), b.other()
    first, later = b.wrap(ping("first")), b.wrap(ping("later"))
    b.post(later, second)
    b.post(first)
    b.take()
    answers = ids(b.body)
    if answers == ["first"]:
        answers += ids(b.take(second))
    tap.ok(answers == ["first", "later"],
           "a request that came early is done in its turn", answers)

    b = login(s)
    second, third = b.other(), b.other()
    text = b.wrap(ping("once"))
    b.post(text, third)
    b.take(third)
    kept = ET.tostring(b.body)
    b.post(text, b.http)
    b.take()
    tap.ok(ids(b.body) == ["once"] and ET.tostring(b.body) == kept,
           "a repeat gets the same answer")
    counted = b.wrap(command("set", "item", json.dumps(
        [{"method": "create", "data": {"_path": "/news/once",
                                       "_kind": "Page"}}])))
    lost = b.other()
    b.post(counted, lost)
    while True:                         # until it is done
        witness.send(command("get", "item", "/news/once"))
        if payload(witness.next()):
            break
    lost.close()
    b.post(counted)
    b.take()
    tap.ok(b.ready[0].get("type") == "result",
           "a request survives its connection, and is done once",
           ET.tostring(b.ready[0]))
    b.ready = []
    held = b.wrap()
    b.post(held)
    b.post(held, second)                # which one comes first is not ours
    old = select.select([b.http.sock, second.sock], [], [], xmpp.WAIT)[0][0]
    old, new = (b.http, second) if old is b.http.sock else (second, b.http)
    a = old.answer()
    tap.ok(b"type=\"error\"" in a.body,
           "who repeats what is held gives one connection up", a)
    b.post(b.wrap(ping("x")), third)
    b.take(new)
    tap.ok(ids(b.body) == ["x"], "and gets its answer on the other one")


def many_at_once(s):
    b = login(s, hold=2)
    tap.ok((b.header.get("hold"), b.header.get("requests")) == ("2", "3"),
           "hold 2 gives three requests", b.header.attrib)
    links = [b.http, b.other(), b.other()]
    for link in links:
        b.post(b.wrap(), link)
    tap.ok(len(b.take(links[0])) == 0,
           "the third request frees the first, empty")
    b.post(b.wrap(ping("y")), links[0])
    got = b.take(links[1])
    tap.ok(ids(got) == ["y"], "an answer goes with the oldest request")
    b.ready = []
    tap.ok(refused(lambda: b.post(b.wrap(type="terminate"), links[1]) and
                   b.take(links[2])) == "terminate",
           "all that are held are told of the end")
    b = login(s)
    b.post(b.wrap())
    b.post(b.wrap(ping("p")))           # behind it on the same connection
    b.take()
    tap.ok(ids(b.body) == ["p"], "pipelined on one connection")
    b.ready = []
    b.post(b.wrap(ping("q")))
    tap.ok(b.take() is not None and ids(b.body) == ["q"],
           "and so on", b.trace[-3:])
    b.ready = []


def games(s):
    for rid, name in ((3, "far ahead"), (-3, "long ago"), (10**18, "huge"),
                      (2**53 - 1, "the last there is")):
        b = login(s)
        at = b.rid + rid if abs(rid) < 10 else rid
        condition = refused(b.exchange, rid=at)
        tap.ok(condition in ("item-not-found", "bad-request"),
               f"a rid {name} is refused", condition)
        condition = refused(b.exchange) if condition == "item-not-found" \
            else "item-not-found"
        tap.ok(condition == "item-not-found",
               f"a rid {name} ends the session, as XEP-0124 14 has it",
               condition)
    for rid in ("abc", "-1", "", "1e3", " 5", "0x10"):
        b = Bosh(s.http_port, rid=1)
        condition = refused(b.exchange, rid=rid, to="localhost")
        tap.ok(condition == "bad-request", f"rid '{rid}' is none", condition)
    a = Http(s.http_port).ask("POST", "/http-bind",
                              f"<body xmlns='{BOSH}' to='localhost'/>")
    tap.ok(b"bad-request" in a.body, "nor is none at all", a)
    b = login(s)
    b.exchange(pause="100")
    tap.ok(refused(b.exchange, pause="1000") == "policy-violation",
           "a pause over maxpause is refused")
    b = Bosh(s.http_port, hold=0)
    b.open()
    tap.ok(b.header.get("polling") == "5" and b.header.get("hold") == "0",
           "who does not wait is to poll", b.header.attrib)
    b.exchange()
    tap.ok(refused(b.exchange) == "policy-violation",
           "and not too often")
    b = Bosh(s.http_port)
    condition = refused(b.exchange, to="elsewhere", **b.create)
    tap.ok(condition == "remote-stream-error" and b.ready[-1].tag ==
           STREAM + "error" and b.ready[-1][0].tag.endswith("host-unknown"),
           "another domain is a stream error", b.trace)
    b = Bosh(s.http_port, ver=None)
    b.open()
    tap.ok(refused(b.exchange, rid=b.rid + 9) in ("404", "item-not-found"),
           "a session without ver")
    b = Bosh(s.http_port, hold=0, ver=None)
    b.open()
    b.exchange()
    tap.ok(refused(b.exchange) == "403",
           "who knows no conditions is told in HTTP")


def stealing(s):
    b = login(s)
    other = Bosh(s.http_port, rid=1)
    for sid, name in ((b.sid[:-1] + ("0" if b.sid[-1] != "0" else "1"),
                       "another sid"),
                      (b.sid.split("-")[1], "half a sid"),
                      ("9" + b.sid[1:], "a sid of no worker"),
                      ("99999999999999999999-" + b.sid[2:], "a long number"),
                      ("", "an empty sid"), ("-", "a dash")):
        condition = refused(other.exchange, sid=sid, rid=b.rid)
        tap.ok(condition == "item-not-found", f"{name} finds nothing",
               condition)
    b.send(ping("still"))
    tap.ok(b.next().get("id") == "still", "the session goes on")
    b = login(s, True)
    clear = Bosh(s.http_port)
    condition = refused(clear.exchange, sid=b.sid, rid=b.rid)
    tap.ok(condition == "item-not-found",
           "a session of TLS is not to be had in clear", condition)
    b.send(ping("still"))
    tap.ok(b.next().get("id") == "still", "and goes on")

    keys = [hashlib.sha1(b"seed").hexdigest()]
    while len(keys) < 5:
        keys.append(hashlib.sha1(keys[-1].encode()).hexdigest())
    b = Bosh(s.http_port, newkey=keys.pop())
    b.open()
    new = hashlib.sha1(hashlib.sha1(b"x").hexdigest().encode()).hexdigest()
    abort = f"<abort xmlns='{xmpp.SASL}'/>"     # has an answer at once
    b.exchange(abort, key=keys.pop())
    b.exchange(abort, key=keys.pop(), newkey=new)
    tap.ok(b.body.get("type") is None, "keys in their sequence")
    b.exchange(abort, key=hashlib.sha1(b"x").hexdigest())
    tap.ok(refused(b.exchange, key=keys.pop()) == "item-not-found",
           "another key ends it")
    b = Bosh(s.http_port, newkey=new)
    b.open()
    tap.ok(refused(b.exchange) == "item-not-found", "no key ends it")


def bombs(s, witness):
    empties = "<a/>" * 500000
    for body, conditions, name in (
            (empties, ("policy-violation", "413"),
             "500,000 empty children"),
            ("<a>" * 30000 + "</a>" * 30000, ("policy-violation",),
             "30,000 levels"),
            ("<a b='" + "x" * 3000000 + "'/>", ("413",), "three megabytes"),
            ("<!DOCTYPE body [<!ENTITY a 'b'>]>", ("bad-request",), "a DTD"),
            ("<a></b>", ("bad-request",), "tags that do not match"),
            ("&a;", ("bad-request",), "an entity"),
            ("\x01", ("bad-request",), "a control character"),
            (ping("p") + "</body><body>", ("answered",), "two bodies")):
        b = login(s)
        condition = refused(b.exchange, body)
        tap.ok(condition in conditions or condition.startswith(conditions),
               f"{name}: {condition[:40]}", condition)
        b.http.close()
    b = login(s)
    few = "<a/>" * 20000
    condition = refused(b.exchange, few)
    tap.ok(condition == "policy-violation", "elements have a limit",
           condition)
    b = Bosh(s.http_port)
    b.open()
    tap.ok(refused(b.exchange, "<a/>" * 1000) == "policy-violation",
           "and a lower one before login")
    b = Bosh(s.http_port)
    b.open()
    tap.ok(refused(b.exchange, "x" * 50000) == "policy-violation",
           "bytes too")
    for text in ("", "<body/>", "<iq xmlns='jabber:client'/>", "hello",
                 f"<body xmlns='{BOSH}'", "<?xml version='1.0'?>"):
        a = Http(s.http_port).ask("POST", "/http-bind", text)
        tap.ok(a.status == 200 and b"bad-request" in a.body,
               f"'{text}' is no body", a)
    witness.send(ping("w"))
    tap.ok(witness.next().get("id") == "w",
           "another session was served all the while")


def old_ways(s):
    """What clients of 2010 do."""
    b = login(s, path="/bosh/http-bind")
    b.send("<presence/>" + ping("n").replace(" xmlns='jabber:client'", ""))
    tap.ok(b.next().tag.endswith("}presence") and b.next().get("id") == "n",
           "stanzas without a namespace are taken for the client's")
    b.http.send(f"POST /http-bind/ HTTP/1.0\r\nContent-Length: 3\r\n\r\nabc")
    a = b.http.answer()
    tap.ok(a.status == 200 and a.fields.get("connection") == "close",
           "HTTP/1.0, with a slash at the end", a)


def all_of_it(s):
    witness = login(s, resource="witness")
    use(s, False, "http")
    use(s, True, "https")
    order(s, witness)
    many_at_once(s)
    games(s)
    stealing(s)
    bombs(s, witness)
    old_ways(s)
    full = []
    while len(full) < 41 and not (full and full[-1].sid is None):
        full.append(Bosh(s.http_port))
        condition = refused(full[-1].open)
    tap.ok(condition == "policy-violation", "sessions have a limit",
           condition)
    tap.ok(s.stop() == 0, "the server ends in order", s.log())


with Server("--plaintext", "--bosh-idle-time=10m", "--workers=2",
            "--max-bosh=40") as s:
    try:
        all_of_it(s)
    except Exception as error:
        tap.ok(False, f"{type(error).__name__}: {error}",
               traceback.format_exc() + s.log())
with Server("--plaintext", "--bosh-idle-time=5s") as s:
    b = login(s)
    text = b.wrap()
    b.post(text)
    b.post(b.wrap(type="x", pause="1"), b.other())
    b.take()
    end = time.monotonic() + 120
    while True:                         # repeats do not keep it alive
        b.post(text)
        ended = refused(b.take) == "item-not-found"
        if ended or time.monotonic() > end:
            break
    tap.ok(ended, "a session that is not asked after ends")
    held = login(s)
    held.post(held.wrap())
    tap.ok(s.stop() == 0, "the server ends while a request is held", s.log())
    condition = refused(held.take)
    tap.ok(condition == "remote-stream-error" and held.ready[-1][0].tag
           .endswith("system-shutdown"), "and says so", condition)
with Server() as s:
    b = Bosh(s.http_port)
    tap.ok(b.open().find(f"{{{xmpp.SASL}}}mechanisms") is None,
           "without --plaintext nobody logs in in clear")
    b = Bosh(s.https_port, True)
    offer = b.open().find(f"{{{xmpp.SASL2}}}authentication")
    tap.ok(offer is not None and "urn:xmpp:sm:3" not in
           [e.get("var") for e in offer.iter()] and
           offer.find(".//{urn:xmpp:sm:3}sm") is None,
           "SASL2 is offered, stream management is not")
    c = s.context()
    b.authenticate(c["jid"].split("@")[0], c["password"],
                   "<bind xmlns='urn:xmpp:bind:0'><tag>page</tag>"
                   "<enable xmlns='urn:xmpp:sm:3' resume='true'/></bind>")
    bound = b.next().find("{urn:xmpp:bind:0}bound")
    tap.ok(bound is not None and len(bound) == 0 and
           b.next().tag.endswith("}features"), "a login by it binds at once")
    b.send("<enable xmlns='urn:xmpp:sm:3'/>")
    tap.ok(b.next().tag == "{urn:xmpp:sm:3}failed",
           "BOSH has acknowledgements of its own")
    b.close()
tap.done()
