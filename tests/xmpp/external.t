#!/usr/bin/python3
"""Users who log in with certificates of their own (SASL EXTERNAL, XEP-0178)."""

import os
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "../lib"))
import tap
import xmpp
from server import Server

MECHANISM = f"{{{xmpp.SASL}}}mechanism"


class Issuer:
    """An authority of its own in a directory."""

    def __init__(self, top, name):
        self.top, self.name = top, name
        self.openssl("req", "-x509", *self.new(name), "-days", "2",
                     "-addext", "basicConstraints=critical,CA:TRUE",
                     "-out", self.path(name + ".crt"))
        self.cert = self.path(name + ".crt")

    def path(self, name):
        return os.path.join(self.top, name)

    def new(self, name):
        return ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256",
                "-nodes", "-keyout", self.path(name + ".key"),
                "-subj", "/CN=" + name]

    @staticmethod
    def openssl(*words):
        subprocess.run(["openssl", *words], check=True,
                       stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def issue(self, name, *names, days="2"):
        """(certificate, key) for alternative names as openssl writes them."""
        with open(self.path(name + ".ext"), "w", encoding="ascii") as f:
            if names:
                f.write("subjectAltName=" + ",".join(names) + "\n")
        self.openssl("req", *self.new(name), "-out", self.path(name + ".req"))
        self.openssl("x509", "-req", "-in", self.path(name + ".req"),
                     "-CA", self.cert, "-CAkey",
                     self.path(self.name + ".key"), "-CAcreateserial",
                     "-days", days, "-extfile", self.path(name + ".ext"),
                     "-out", self.path(name + ".crt"))
        return self.path(name + ".crt"), self.path(name + ".key")


def der(tag, *parts):
    body = b"".join(parts)
    assert len(body) < 128
    return bytes((tag, len(body))) + body


def raw_jid(data):
    """An address of any bytes, which openssl would not write."""
    oid = bytes.fromhex("06082b06010505070805")
    names = der(0x30, der(0xa0, oid, der(0xa0, der(0x0c, data))))
    return "DER:" + names.hex(":")


def jid(text):
    return "otherName:1.3.6.1.5.5.7.8.5;UTF8:" + text


def offered(features):
    return [m.text for m in features.iter(MECHANISM)]


def external(s, own, authzid="="):
    """The mechanisms offered, and the JID or the condition."""
    x = xmpp.Stream(s.tls_port, "localhost", True, own=own)
    mechanisms = offered(x.open())
    x.send(f"<auth xmlns='{xmpp.SASL}' mechanism='EXTERNAL'>{authzid}</auth>")
    try:
        x._sasl("success")
    except xmpp.Refused as e:
        x.close()
        return mechanisms, str(e)
    x.open()
    x.bind("cert")
    x.close()
    return mechanisms, x.jid


def check(name, got, want, has=True):
    mechanisms, said = got
    tap.ok(said == want and ("EXTERNAL" in mechanisms) == has, name,
           repr(got))


def main(top):
    ours, other = Issuer(top, "ours"), Issuer(top, "other")
    juliet = ours.issue("juliet", jid("juliet@localhost"))
    both = ours.issue("both", jid("juliet@localhost"),
                      jid("romeo@localhost"), "DNS:a.example")
    mixed = ours.issue("mixed", jid("romeo@elsewhere.example"),
                       jid("Juliet@LOCALHOST"))
    nobody = ours.issue("nobody", jid("nobody@localhost"))
    plain = ours.issue("plain", "DNS:localhost", "email:juliet@localhost")
    forged = other.issue("forged", jid("juliet@localhost"))
    late = ours.issue("late", jid("juliet@localhost"), days="-1")
    with Server("--client-ca=" + ours.cert) as s:
        for name in ("juliet", "romeo"):
            s.tool("msg-send", "set-user", '[{"method": "create", "data": {'
                   f'"name": "{name}", "password": "a long secret", '
                   f'"email": "{name}@localhost"}}}}]')
        check("the address in a certificate is the user",
              external(s, juliet), "juliet@localhost/cert")
        check("he may say who he is", external(
            s, juliet, xmpp.b64(b"juliet@localhost")),
            "juliet@localhost/cert")
        check("but not that he is another", external(
            s, juliet, xmpp.b64(b"romeo@localhost")), "invalid-authzid")
        check("with several addresses he has to say", external(s, both),
              "not-authorized")
        check("and is who he says", external(
            s, both, xmpp.b64(b"romeo@localhost")), "romeo@localhost/cert")
        check("addresses are prepared; those elsewhere do not count",
              external(s, mixed), "juliet@localhost/cert")
        check("no such user", external(s, nobody), "not-authorized")
        check("a certificate without an XMPP address",
              external(s, plain), "invalid-mechanism", False)
        check("of an issuer we do not know",
              external(s, forged), "invalid-mechanism", False)
        for name, data in (
                ("a NUL behind the address", b"juliet@localhost\0.evil.test"),
                ("a NUL before it", b"\0juliet@localhost"),
                ("a NUL in it", b"jul\0iet@localhost"),
                ("nothing", b"")):
            check(f"an address with {name}",
                  external(s, ours.issue("raw", raw_jid(data))),
                  "invalid-mechanism", False)
        check("an address with bytes of no character", external(
            s, ours.issue("raw", raw_jid(b"juliet@localhost\xff"))),
            "not-authorized")
        check("an address of good bytes", external(
            s, ours.issue("raw", raw_jid(b"juliet@localhost"))),
            "juliet@localhost/cert")
        check("an address that is longer than any", external(
            s, ours.issue("long", jid("j" * 16384))),
            "invalid-mechanism", False)
        check("a good one beside it", external(s, ours.issue(
            "long", jid("j" * 16384), jid("juliet@localhost"))),
            "juliet@localhost/cert")
        check("that is over", external(s, late), "invalid-mechanism", False)
        check("none", external(s, None), "invalid-mechanism", False)
        x = xmpp.Stream(s.tls_port, "localhost", True, own=forged)
        x.connect("juliet", "a long secret", "password")
        tap.ok(x.jid == "juliet@localhost/password",
               "a password is good whatever certificate there is")
        x.close()
        tap.ok(s.stop() == 0, "the server ends well", s.log())


with tempfile.TemporaryDirectory(prefix="msg-test.") as directory:
    main(directory)
tap.done()
