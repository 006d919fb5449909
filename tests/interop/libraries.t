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

# QXmpp 1.4 sends two headers when TLS comes first, and resumes the stream ''
# (previd=""): there it has no more than the rest.
RUNS = (("gloox 1.0", "starttls", True), ("gloox 1.0", "direct", True),
        ("qxmpp 1.4", "starttls", False),
        ("strophe 0.12", "starttls", True), ("strophe 0.12", "direct", True))

with Server() as s:
    for name, tls, resume in RUNS:
        steps.run(name, [os.path.join(BUILT, name.split()[0])], s, tls, resume)
    tap.ok(s.stop() == 0, "the server ends in order", s.log())
tap.done()
