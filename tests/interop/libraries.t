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

with Server() as s:
    # QXmpp 1.4 sends two headers when TLS comes first: no server takes that.
    for name, ways in (("gloox 1.0", "starttls direct"),
                       ("qxmpp 1.4", "starttls"),
                       ("strophe 0.12", "starttls direct")):
        for tls in ways.split():
            steps.run(name, [os.path.join(BUILT, name.split()[0])], s, tls)
tap.done()
