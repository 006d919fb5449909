"""steps.py - a client that we did not write is a program that says what it
has done, a line a step; here it is run, and its connection cut when it says
that it is ready for that.

    PROGRAM HOST PORT starttls|direct JID PASSWORD CA-FILE [resume]
"""

import os
import queue
import socket
import struct
import subprocess
import threading

import tap

WAIT = 120


class Proxy:
    """Between a client and a port: passes bytes on, until cut."""

    def __init__(self, port):
        self.to = port
        self.pairs = []
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self):
        while True:
            try:
                client, _ = self.listener.accept()
                server = socket.create_connection(("127.0.0.1", self.to))
            except OSError:
                return
            self.pairs.append((client, server))
            for a, b in ((client, server), (server, client)):
                threading.Thread(target=self._pass, args=(a, b),
                                 daemon=True).start()

    def _pass(self, a, b):
        try:
            while data := a.recv(65536):
                b.sendall(data)
        except OSError:
            pass
        for s in (a, b):
            try:
                s.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass

    def cut(self, reset=False):
        """End every connection that passes, on both sides."""
        pairs, self.pairs = self.pairs, []
        for s in (s for pair in pairs for s in pair):
            try:
                if reset:
                    s.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER,
                                 struct.pack("ii", 1, 0))
                    os.close(s.detach())
                else:
                    s.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass

    def close(self):
        self.listener.close()
        self.cut()


def wanted(jid, resume=False, resumed=True):
    """The steps every library does, as [word, what]; resume: its connection
    is cut; not resumed: it goes on with another session."""
    steps = [["connected", jid], ["get-item", "/news/article-1"],
             ["set-item", True], ["event", True]]
    if resume:
        steps += [["cut", True], ["resumed", resumed],
                  ["get-item", "/news/article-2"]]
    return steps + [["disconnected", True]]


def check(name, steps, jid, resume=False, why="", resumed=True):
    want = wanted(jid, resume, resumed)
    # strophe.js may say twice that it is disconnected.
    if steps[-2:] == want[-1:] * 2:
        steps = steps[:-1]
    words = ", ".join(step[0] for step in want)
    tap.ok(steps == want, f"{name}: {words}", f"{steps}\n{why}")


def follow(command, env=None, cut=None):
    """Run it: (its steps, what it said on standard error)."""
    program = subprocess.Popen(command, stdin=subprocess.DEVNULL,
                               stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                               text=True, errors="replace", env=env)
    said = queue.Queue()
    threading.Thread(target=lambda: said.put(program.stderr.read()),
                     daemon=True).start()
    end = threading.Timer(WAIT, program.kill)
    end.start()
    steps = []
    for line in program.stdout:
        word, _, rest = line.rstrip("\n").partition(" ")
        steps.append([word, rest == "true" if rest in ("true", "false")
                      else rest])
        if word == "cut" and cut:
            cut()
    program.wait()
    end.cancel()
    return steps, said.get(timeout=30)[-40000:]


def run(name, command, s, tls, resume=False, resumed=True):
    """One run of a library's program against server s."""
    c = s.context()
    proxy = Proxy(s.port if tls == "starttls" else s.tls_port)
    resource = f"{name.split()[0]}-{tls}"
    jid = f"{c['jid']}/{resource}"
    steps, why = follow(
        [*command, "127.0.0.1", str(proxy.port), tls, jid, c["password"],
         s.file("tls.crt"), *(["resume"] if resume else [])],
        s.env, proxy.cut)
    proxy.close()
    check(f"{name}, {tls}", steps, jid, resume, why, resumed)
