#!/usr/bin/python3
"""XML that means harm, before login and after: each ends its own stream with
its own error, and others are served."""

import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "../lib"))
import tap
from hostile import HEADER, Raw, Witness, attack, login
from server import Server

LAUGHS = "<!DOCTYPE l [<!ENTITY a 'ha'>" + "".join(
    f"<!ENTITY {chr(98 + i)} '{f'&{chr(97 + i)};' * 10}'>"
    for i in range(10)) + "]>"
IQ = "<iq type='get' id='1'>"

# What comes instead of a stream's header.
FIRST = [
    ("a billion laughs", LAUGHS + HEADER, ["restricted-xml"]),
    ("a DTD", "<!DOCTYPE stream SYSTEM 'file:///etc/passwd'>" + HEADER,
     ["restricted-xml"]),
    ("an external entity", "<?xml version='1.0'?><!DOCTYPE s [<!ENTITY e "
     "SYSTEM 'file:///etc/passwd'>]>" + HEADER, ["restricted-xml"]),
    ("a comment", "<!-- x -->" + HEADER, ["restricted-xml"]),
    ("a processing instruction", "<?php x?>" + HEADER, ["restricted-xml"]),
    ("UTF-16, big end first", HEADER.encode("utf-16-be"),
     ["unsupported-encoding", "not-well-formed", "bad-format"]),
    ("UTF-16 with its mark", HEADER.encode("utf-16"),
     ["unsupported-encoding", "not-well-formed", "bad-format"]),
    ("UTF-16 that says so", b"\xff\xfe" + ("<?xml version='1.0' "
     "encoding='UTF-16'?>" + HEADER).encode("utf-16-le"),
     ["unsupported-encoding", "not-well-formed", "bad-format"]),
    ("a declared encoding", "<?xml version='1.0' encoding='UTF-7'?>" + HEADER,
     ["unsupported-encoding"]),
    ("UTF-32", HEADER.encode("utf-32"),
     ["unsupported-encoding", "not-well-formed", "bad-format"]),
    ("text", "GET / HTTP/1.1\r\nHost: x\r\n\r\n", ["not-well-formed",
                                                  "bad-format"]),
    ("eight megabytes of spaces", b" " * (8 << 20), ["policy-violation"]),
    ("a header without end", "<stream:stream " + "a" * 100000,
     ["policy-violation"]),
    ("a header of attributes", "<stream:stream " + " ".join(
        f"a{i}='x'" for i in range(2000)), ["policy-violation"]),
    ("a stream of nothing", "<stream/>", ["invalid-namespace", "bad-format"]),
    ("a stream without its prefix's namespace", HEADER.replace("etherx", "x"),
     ["invalid-namespace"]),
    ("a stream without a prefix",
     HEADER.replace("stream:stream", "stream"),
     ["invalid-namespace", "bad-format", "bad-namespace-prefix"]),
]

# What comes inside of a stream, in either state.
INSIDE = [
    ("a DTD in the stream", LAUGHS, ["restricted-xml"]),
    ("a comment in a stanza", IQ + "<!-- -->", ["restricted-xml"]),
    ("an entity of nobody's", IQ + "<a>&lol;</a></iq>", ["restricted-xml"]),
    ("a processing instruction in a stanza", IQ + "<?x y?>",
     ["restricted-xml"]),
    ("elements 30,000 deep", IQ + "<a>" * 30000, ["policy-violation"]),
    ("elements 30,000 deep with their ends",
     IQ + "<a>" * 30000 + "</a>" * 30000 + "</iq>", ["policy-violation"]),
    ("500,000 empty children", IQ + "<a/>" * 500000 + "</iq>",
     ["policy-violation"]),
    ("a name of a megabyte", IQ + "<" + "a" * (2 << 20) + "/></iq>",
     ["policy-violation"]),
    ("an attribute of two megabytes", IQ + "<a b='" + "c" * (2 << 20) +
     "'/></iq>", ["policy-violation"]),
    ("100,000 attributes", IQ + "<a " + " ".join(
        f"a{i}=''" for i in range(100000)) + "/></iq>",
     ["policy-violation"]),
    ("text of four megabytes", IQ + "<a>" + "b" * (4 << 20) + "</a></iq>",
     ["policy-violation"]),
    ("1,000 namespaces", IQ + "<a " + " ".join(
        f"xmlns:n{i}='urn:{i}'" for i in range(1000)) + "/></iq>",
     ["policy-violation"]),
    ("an attribute twice", IQ + "<a b='' b=''/></iq>", ["not-well-formed"]),
    ("an attribute twice by two prefixes", IQ + "<a xmlns:x='urn:x' "
     "xmlns:y='urn:x' x:b='' y:b=''/></iq>", ["not-well-formed"]),
    ("a prefix of nobody's", IQ + "<x:a/></iq>",
     ["not-well-formed", "bad-namespace-prefix"]),
    ("the prefix xml bound anew", IQ + "<a xmlns:xml='urn:x'/></iq>",
     ["not-well-formed", "bad-namespace-prefix"]),
    ("the wrong end", IQ + "<a></b></iq>", ["not-well-formed"]),
    ("an end too many", "</iq>", ["not-well-formed"]),
    ("a sign for <", IQ + "<a b='<'/></iq>", ["not-well-formed"]),
    ("a NUL", IQ.encode() + b"<a>\0</a></iq>", ["not-well-formed"]),
    ("a control character", IQ.encode() + b"<a>\x1b[2J</a></iq>",
     ["not-well-formed"]),
    ("a reference to NUL", IQ + "<a>&#0;</a></iq>", ["not-well-formed"]),
    ("a reference to U+FFFF", IQ + "<a>&#xFFFF;</a></iq>",
     ["not-well-formed"]),
    ("a reference past Unicode", IQ + "<a>&#x110000;</a></iq>",
     ["not-well-formed"]),
    ("a long way for /", IQ.encode() + b"<a>\xc0\xaf</a></iq>",
     ["not-well-formed", "unsupported-encoding"]),
    ("a surrogate", IQ.encode() + b"<a>\xed\xa0\x80</a></iq>",
     ["not-well-formed", "unsupported-encoding"]),
    ("half a character", IQ.encode() + b"<a>\xe2\x82</a></iq>",
     ["not-well-formed", "unsupported-encoding"]),
    ("bytes of no character", IQ.encode() + b"<a>\xff\xfe</a></iq>",
     ["not-well-formed", "unsupported-encoding"]),
    ("a second header", HEADER, ["bad-format", "not-well-formed",
                                 "unsupported-stanza-type", "invalid-xml"]),
    ("text between stanzas", "hello", ["bad-format", "not-well-formed"]),
]

# What is of no harm to XML, but must not be taken for what it looks like.
STRANGE = [
    ("a stanza of servers", "<iq xmlns='jabber:server' type='get' id='1'/>",
     ["invalid-namespace", "unsupported-stanza-type"]),
    ("a stanza of the stream's", "<stream:iq type='get' id='1'/>",
     ["unsupported-stanza-type"]),
    ("an error of the stream, from a client",
     "<error xmlns='http://etherx.jabber.org/streams'/>",
     ["unsupported-stanza-type"]),
    ("features from a client", "<stream:features/>",
     ["unsupported-stanza-type"]),
    ("the stream's prefix bound anew",
     "<stream:iq xmlns:stream='urn:x' type='get' id='1'/>",
     ["unsupported-stanza-type"]),
]


def header(s):
    raw = Raw(s.port)
    raw.send(HEADER)
    raw.until(b"</stream:features>")
    return raw


with Server() as s:
    witness = Witness(s)
    for name, data, conditions in FIRST:
        raw = Raw(s.port)
        raw.send(data)
        attack(witness, f"first, {name}", conditions, raw)
    for name, data, conditions in INSIDE:
        raw = header(s)
        raw.send(data)
        attack(witness, f"before login, {name}", conditions + ["policy-violation"]
               if len(data) > 10000 else conditions, raw)
        raw = Raw(stream=login(s, "attacker"))
        raw.send(data)
        attack(witness, f"after login, {name}", conditions, raw)
    for name, data, conditions in STRANGE:
        raw = Raw(stream=login(s, "attacker"))
        raw.send(data)
        attack(witness, name, conditions, raw)
    tap.ok(witness.wrong is None, "one was served all the while",
           witness.wrong)
    witness.stream.sock.close()
    tap.ok(s.stop() == 0, "the server ends in order", s.log())
tap.done()
