#!/usr/bin/python3
"""GNU SASL's client, every mechanism that the server and it have."""

import os
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "../lib"))
import tap
import xmpp
from server import TOP, Server

BUILT = os.path.join(TOP, "build/release/interop/gsasl")
SASL = f"{{{xmpp.SASL}}}"
# tls-unique is all it has besides, and TLS 1.3 has no tls-unique.
KNOWN = ["PLAIN", "SCRAM-SHA-1", "SCRAM-SHA-256", "SCRAM-SHA-1-PLUS",
         "SCRAM-SHA-256-PLUS"]


def gsasl(s, jid, password, mechanism, version):
    done = subprocess.run(
        [BUILT, str(s.tls_port), jid, password, mechanism, version],
        capture_output=True, text=True, env=s.env, timeout=60)
    return done.stdout.strip()


with Server() as s:
    c = s.context()
    stream = xmpp.Stream(s.tls_port, direct=True)
    offered = {m.text for m in stream.open().iter(SASL + "mechanism")}
    tap.ok(set(KNOWN) <= offered, "the server offers what GNU SASL knows",
           offered)
    for version in "1.3", "1.2":
        for m in KNOWN:
            got = gsasl(s, c["jid"], c["password"], m, version)
            tap.ok(got == "success", f"{m} over TLS {version}", got)
    for m in KNOWN:
        got = gsasl(s, c["jid"], "wrong", m, "1.3")
        tap.ok("<not-authorized" in got, f"{m}: a wrong password", got)
        got = gsasl(s, "nobody@localhost", c["password"], m, "1.3")
        tap.ok("<not-authorized" in got, f"{m}: nobody of that name", got)
    stream.sock.close()
    tap.ok(s.stop() == 0, "the server ends in order", s.log())
tap.done()
