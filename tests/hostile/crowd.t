#!/usr/bin/python3
"""Peers that are many, slow or deaf: limits hold, others are served, and what
they cost comes back when they go."""

import os
import resource
import signal
import socket
import struct
import subprocess
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "../lib"))
import tap
import xmpp
from hostile import HEADER, Raw, Witness, descriptors, login, rss, shrinks
from server import Server

LIMIT = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
MANY = 10000 if LIMIT == resource.RLIM_INFINITY else min(10000, LIMIT - 500)
PING = "<iq type='get' id='%d'><ping xmlns='urn:xmpp:ping'/></iq>"
PAD = " " * 2000        # it takes much to fill the kernel's buffers
BIG = "<iq type='get' id='%d" + "x" * 2000 + "'><ping " \
    "xmlns='urn:xmpp:ping'/></iq>", \
    "<iq type='get' id='%d'><item xmlns='urn:M'>Ly8q" + PAD + "</item></iq>"


def gone(s, least):
    """Wait until the server has let go of its connections."""
    probe = None
    end = time.monotonic() + 60
    while probe is None:
        try:            # as long as it is full there is no room for one more
            probe = login(s, "probe")
        except (OSError, xmpp.Closed):
            if time.monotonic() > end:
                raise
    while descriptors(s) > least + 1:
        probe.send(PING % 0)
        probe.next()
    probe.close()


def crowd(s, witness):
    """As many as may be, and some more."""
    before, fds = rss(s), descriptors(s)
    held = []
    for _ in range(MANY - 1):
        held.append(socket.create_connection(("127.0.0.1", s.port)))
    tap.ok(witness.served(), f"{MANY:,} connections that say nothing: others "
           "are served")
    for sock in held:
        sock.sendall(HEADER.encode())
    for sock in held:
        while b"</stream:features>" not in sock.recv(65536):
            pass
    full = rss(s)
    tap.ok(witness.served(), f"{MANY:,} connections with a stream each: "
           "others are served")
    late = Raw(s.port)
    late.send(HEADER)
    got = late.end()
    tap.ok(got in ("policy-violation", "resource-constraint", None) and
           b"features" not in late.got, "one more is turned away", late.got)
    s.process.send_signal(signal.SIGSTOP)       # all ends come at once
    for i, sock in enumerate(held):
        if i % 2:       # half of them without a word
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER,
                            struct.pack("ii", 1, 0))
        sock.close()
    s.process.send_signal(signal.SIGCONT)
    gone(s, fds)
    tap.ok(witness.served(), "they go: others are served")
    tap.ok(shrinks(s, before + max((full - before) / 4, 2 << 20)),
           "memory returns", f"{before} {full} {rss(s)}")
    after = rss(s)
    for _ in range(2):
        held = [socket.create_connection(("127.0.0.1", s.port))
                for _ in range(MANY // 2)]
        for sock in held:
            sock.sendall(HEADER.encode())
        for sock in held:
            sock.recv(1)
        for sock in held:
            sock.close()
        gone(s, fds)
    tap.ok(shrinks(s, after + (8 << 20)), "and grows no more the next times",
           f"{after} {rss(s)}")


def deaf(s, witness):
    """A peer that asks and never reads."""
    before = rss(s)
    peers = []
    for i in range(4):
        raw = Raw(stream=login(s, f"deaf{i}"))
        raw.sock.settimeout(0.2)
        n = 0
        while n < 20000 and raw.send(BIG[i % 2] % n):
            n += 1
        peers.append(raw)
        tap.ok(n < 20000, f"a peer that never reads is not read for ever "
               f"({'items' if i % 2 else 'pings'})", n)
    tap.ok(witness.served(), "others are served meanwhile")
    tap.ok(rss(s) - before < (160 << 20), "what waits for them is bounded",
           rss(s) - before)
    # TLS cannot go on after a write that was cut short: they are let go.
    for raw in peers:
        raw.close()
    watcher = login(s, "watcher")
    watcher.send("<iq type='set' id='1'><watch xmlns='urn:M'>L25ld3MvKg=="
                 "</watch></iq>")
    watcher.next()
    sets = login(s, "sets")
    for n in range(2000):
        sets.send(f"<iq type='set' id='{n}'><item xmlns='urn:M'>" + xmpp.b64(
            b'[{"method":"save","data":{"_path":"/news/article-1","content":'
            b'"%d %s"}}]' % (n, b"x" * 2000)) + "</item></iq>")
        sets.next()
    tap.ok(witness.served(), "a watcher that never reads: others are served")
    watcher.sock.close()
    sets.close()


def drip(s, witness):
    """A peer that reads one byte at a time."""
    raw = Raw(stream=login(s, "drip"))
    for n in range(100):
        raw.send(PING % n)
    got = b""
    while b"id=\"99\"" not in got and b"id='99'" not in got:
        got += raw.sock.recv(1)
    tap.ok(witness.served(), "a peer that reads byte by byte has its answers, "
           "others have theirs")
    raw.close()


def slow(s, witness):
    """Those who do not come to the point, in 6 s of login time."""
    peers = {"half open": Raw(s.port), "half a header": Raw(s.port),
             "TLS that does not begin": Raw(s.tls_port),
             "half a handshake": Raw(s.tls_port),
             "a stream without login": Raw(s.port),
             "HTTP that does not begin": Raw(s.http_port),
             "half a head": Raw(s.http_port), "half a body": Raw(s.http_port),
             "HTTPS that does not begin": Raw(s.https_port)}
    peers["half a header"].send("<stream:str")
    peers["half a handshake"].send(b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03")
    peers["a stream without login"].send(HEADER)
    peers["half a head"].send("GET / HTTP/1.1\r\nHo")
    peers["half a body"].send("POST /http-bind HTTP/1.1\r\nHost: localhost\r\n"
                              "Content-Length: 1000\r\n\r\n<body")
    loris = Raw(s.port)
    loris.sock.settimeout(0.05)
    for c in HEADER * 1000:         # a byte at a time, to the end
        if not loris.send(c):
            break
        try:
            if not loris.sock.recv(65536):
                break
        except TimeoutError:
            pass
        except OSError:
            break
    else:
        tap.ok(False, "a header byte by byte is not read for ever")
    for name, raw in peers.items():
        got = raw.end()
        tap.ok(got != "open", f"{name}: is ended", raw.got)
        raw.close()
    tap.ok(witness.served(), "a stream byte by byte is ended; others are "
           "served")


def renegotiation(s, witness):
    done = subprocess.run(
        ["openssl", "s_client", "-connect", f"127.0.0.1:{s.tls_port}",
         "-tls1_2"], input="R\n" * 200, capture_output=True, text=True,
        errors="replace", timeout=120)
    out = done.stdout + done.stderr
    tap.ok(out.count("RENEGOTIATING") >= 1 and "no renegotiation" in out and
           witness.served(), "a flood of renegotiations ends at the first",
           out[-2000:])


resource.setrlimit(resource.RLIMIT_NOFILE, (LIMIT, LIMIT))
with Server(f"--max-connections={MANY}", "--login-time=10m") as s:
    witness = Witness(s)
    crowd(s, witness)
    deaf(s, witness)
    drip(s, witness)
    renegotiation(s, witness)
    tap.ok(witness.wrong is None, "one was served all the while",
           witness.wrong)
    witness.stream.sock.close()
    tap.ok(s.stop() == 0, "the server ends in order", s.log())
with Server("--login-time=6s", "--request-time=6s") as s:
    witness = Witness(s)
    slow(s, witness)
    witness.stream.sock.close()
    tap.ok(s.stop() == 0, "the server ends in order", s.log())
tap.done()
