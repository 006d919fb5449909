#!/usr/bin/python3
"""Libraries of C and C++ that we did not write: gloox, QXmpp, libstrophe;
each a program of this directory."""

import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "../lib"))
import steps
import tap
from server import TOP, Server

BUILT = os.path.join(TOP, "build/release/interop")

# QXmpp 1.4 keeps no id of what it could resume and asks for previd="" in the
# namespace of stanzas; it is refused, connects again and goes on from there.
# Where TLS comes first it sends its header twice before anything is answered,
# with an XML declaration in the middle of its stream: that is restricted XML
# to any server, so it is not tried.
RUNS = (("gloox 1.0", "starttls", True), ("gloox 1.0", "direct", True),
        ("qxmpp 1.4", "starttls", False),
        ("strophe 0.12", "starttls", True), ("strophe 0.12", "direct", True))

with Server() as s:
    for name, tls, resumed in RUNS:
        steps.run(name, [os.path.join(BUILT, name.split()[0])], s, tls, True,
                  resumed)
    tap.ok(s.stop() == 0, "the server ends in order", s.log())
tap.done()
