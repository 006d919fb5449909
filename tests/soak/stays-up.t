#!/usr/bin/python3
"""The server stays up, and serves those who are there: no descriptors, no
space, no names, a clock that jumps, certificates that change."""

import json
import os
import resource
import shutil
import signal
import socket
import ssl
import struct
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "../lib"))
import tap
import xmpp
from hostile import HEADER, Raw, Witness, descriptors, login
from server import TOP, Server

SAVE = json.dumps([{"method": "save", "data": {
    "_path": "/news/article-1", "title": "%s"}}])


class Faults:
    """What goes wrong: see faults.c."""

    def __init__(self, directory):
        self.path = os.path.join(directory, "faults")
        self.library = os.path.join(directory, "faults.so")
        subprocess.run(["gcc", "-shared", "-fPIC", "-O1", "-Wall", "-Wextra",
                        "-Werror", "-o", self.library,
                        os.path.join(TOP, "tests/soak/faults.c"), "-ldl"],
                       check=True)
        self.set()

    def set(self, full=0, nameless=0, jump=0):
        with open(self.path, "r+b" if os.path.exists(self.path) else "wb",
                  buffering=0) as f:
            f.write(struct.pack("qqq", full, nameless, jump))

    def env(self):
        return {"LD_PRELOAD": self.library, "FAULTS": self.path}


def save(stream, ident, title):
    stream.send(f"<iq type='set' id='{ident}'><item xmlns='urn:M'>"
                + xmpp.b64((SAVE % title).encode()) + "</item></iq>")
    return stream.next()


def no_descriptors(s, witness):
    usual = resource.prlimit(s.process.pid, resource.RLIMIT_NOFILE)
    few = descriptors(s) + 6
    resource.prlimit(s.process.pid, resource.RLIMIT_NOFILE, (few, usual[1]))
    crowd = [socket.create_connection(("127.0.0.1", s.port))
             for _ in range(60)]
    for sock in crowd:
        try:
            sock.sendall(HEADER.encode())
        except OSError:
            pass
    served = 0
    for sock in crowd:
        sock.settimeout(xmpp.WAIT)
        try:
            served += bool(sock.recv(1))
        except OSError:
            pass
    tap.ok(0 < served < 60, "without descriptors some are turned away, none "
           "is left to wait", served)
    tap.ok(witness.served(), "those who are there are served")
    for sock in crowd:
        sock.close()
    resource.prlimit(s.process.pid, resource.RLIMIT_NOFILE, usual)
    login(s, "late").close()
    tap.ok(True, "and later everybody")


def disk_full(s, witness, faults):
    stream = login(s, "writer")
    tap.ok(save(stream, "a", "before").get("type") == "result",
           "with space a set is saved")
    faults.set(full=1)
    got = save(stream, "b", "lost")
    tap.ok(got.get("type") == "error", "without space it is an error",
           xmpp.ET.tostring(got))
    tap.ok(witness.served(), "reads go on")
    faults.set()
    got = save(stream, "c", "after")
    tap.ok(got.get("type") == "result", "with space again it is saved",
           xmpp.ET.tostring(got))
    stream.close()


def clock(s, witness, faults):
    stream = login(s, "clock")
    for jump in (86400 * 365, -86400 * 365, 0):
        faults.set(jump=jump)
        got = save(stream, f"j{jump}", f"at {jump}")
        tap.ok(got.get("type") == "result" and witness.served(),
               f"the clock jumps by {jump} s: reads and sets go on",
               xmpp.ET.tostring(got))
        stream.send("<iq type='get' id='p'><ping xmlns='urn:xmpp:ping'/>"
                    "</iq>")
        tap.ok(stream.next().get("id") == "p", "and nobody is ended")
        login(s, "new").close()
    log = s.tool("msg-send", "get-log", "/news/article-1")
    tap.ok(log.returncode == 0 and "at 0" in s.tool(
        "msg-send", "get-item", "/news/article-1").stdout,
        "revisions are in order", log.stdout + log.stderr)
    stream.close()


def names(s, witness, faults):
    faults.set(nameless=1)
    login(s, "nameless").close()
    tap.ok(witness.served(), "without DNS they are served")
    s.stop()
    s.start()
    login(s, "nameless").close()
    tap.ok(True, "and it starts")
    faults.set()


def certificate_of(s):
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    with context.wrap_socket(socket.create_connection(
            ("127.0.0.1", s.tls_port))) as sock:
        return sock.getpeercert(True)


def certificates(s, witness):
    old = certificate_of(s)
    files = s.file("tls.crt"), s.file("tls.key")
    for i in range(3):
        subprocess.run(
            ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt",
             "ec_paramgen_curve:P-256", "-nodes", "-subj", "/CN=localhost",
             "-addext", "subjectAltName=DNS:localhost", "-keyout",
             files[1] + ".new", "-out", files[0] + ".new"],
            check=True, capture_output=True)
        for f in files:
            os.rename(f + ".new", f)
        s.process.send_signal(signal.SIGHUP)
        new = old
        while new == old:       # until the signal has been seen
            new = certificate_of(s)
        old = new
    tap.ok(witness.served(), "certificates are replaced; streams go on")
    seen = len(s.lines)
    shutil.copy(files[0], files[0] + ".good")
    with open(files[0], "w", encoding="ascii") as f:
        f.write("no certificate\n")
    s.process.send_signal(signal.SIGHUP)
    while not any("tls.crt" in line for line in s.lines[seen:]):
        witness.served()
    tap.ok(certificate_of(s) == old and witness.served(),
           "a broken one is told, and the last one stays", s.log())
    os.rename(files[0] + ".good", files[0])


tmp = tempfile.mkdtemp(prefix="msg-test.")
faults = Faults(tmp)
s = Server()
s.env.update(faults.env())
try:
    with s:
        witness = Witness(s)
        no_descriptors(s, witness)
        disk_full(s, witness, faults)
        clock(s, witness, faults)
        certificates(s, witness)
        tap.ok(witness.wrong is None, "one was served all the while",
               witness.wrong)
        names(s, witness, faults)
        tap.ok(s.stop() == 0, "the server ends in order", s.log())
finally:
    shutil.rmtree(tmp)
tap.done()
