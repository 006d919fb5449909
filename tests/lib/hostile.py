"""hostile.py - for the tests with peers that mean harm: one that is served
meanwhile, connections that see every byte, what the server's process costs."""

import os
import re
import socket
import threading
import time

import tap
import xmpp

CONDITION = re.compile(rb"<stream:error[^>]*><([a-z-]+)")
HEADER = (f"<stream:stream to='localhost' version='1.0' "
          f"xmlns='{xmpp.CLIENT}' xmlns:stream='{xmpp.STREAM}'>")


class Witness(threading.Thread):
    """Logged in all the while, asks for one item after the other."""

    def __init__(self, s):
        super().__init__(daemon=True)
        self.stream = login(s, "witness")
        self.rounds = 0
        self.wrong = None
        self.more = threading.Condition()
        self.start()

    def run(self):
        n = 0
        try:
            while True:
                n += 1
                self.stream.send(f"<iq type='get' id='w{n}'><item "
                                 "xmlns='urn:M'>L25ld3M=</item></iq>")
                answer = self.stream.next()
                if (answer.get("id"), answer.get("type")) != \
                        (f"w{n}", "result"):
                    raise xmpp.Closed(str(answer.attrib))
                self.stream.trace.clear()
                with self.more:
                    self.rounds = n
                    self.more.notify_all()
        except (xmpp.Closed, OSError) as e:
            with self.more:
                self.wrong = e
                self.more.notify_all()

    def served(self):
        """True when it is answered from here on, twice."""
        with self.more:
            until = self.rounds + 2
            self.more.wait_for(lambda: self.wrong or self.rounds >= until,
                               xmpp.WAIT)
            return self.wrong is None and self.rounds >= until


def login(s, resource, user=None, password=None, source=None):
    """A stream of the administrator's, over direct TLS."""
    c = s.context()
    return xmpp.Stream(s.tls_port, direct=True, source=source).connect(
        user or c["jid"].split("@")[0], password or c["password"], resource)


class Raw:
    """A socket to a port; or what a stream has, to be used without care."""

    def __init__(self, port=None, stream=None, source=None):
        self.sock = stream.sock if stream else xmpp.connect(port, source)
        self.got = b""

    def send(self, data):
        """As much as the peer takes; False when it takes no more."""
        try:
            self.sock.sendall(data.encode() if isinstance(data, str)
                              else data)
            return True
        except OSError:
            return False

    def until(self, text):
        """Read until that is there; False at the end."""
        while text not in self.got:
            try:
                data = self.sock.recv(65536)
            except OSError:
                data = b""
            if not data:
                return False
            self.got += data
        return True

    def end(self):
        """Read to the end: the condition the stream ended with, or None when
        it ended without, or "open" when it did not end."""
        try:
            while data := self.sock.recv(65536):
                self.got += data
        except TimeoutError:
            return "open"
        except OSError:
            pass
        found = CONDITION.search(self.got)
        return found.group(1).decode() if found else None

    def close(self):
        self.sock.close()


def rss(s):
    """Bytes of memory the server has of its own, not those of files."""
    with open(f"/proc/{s.process.pid}/status", encoding="ascii") as f:
        return int(re.search(r"^RssAnon:\s*(\d+) kB", f.read(), re.M)[1]) << 10


def shrinks(s, most, wait=30):
    """True when the server comes to have no more than so many bytes: what
    connections had is given back after they are gone."""
    end = time.monotonic() + wait
    while rss(s) > most and time.monotonic() < end:
        time.sleep(0.05)
    return rss(s) <= most


def descriptors(s):
    return len(os.listdir(f"/proc/{s.process.pid}/fd"))


def attack(witness, name, conditions, raw):
    """What raw got: the stream is ended with one of those conditions, the
    connection after it, and others are served."""
    got = raw.end()
    errors = CONDITION.findall(raw.got)
    raw.close()
    tap.ok(got in conditions and len(errors) <= 1 and witness.served(),
           f"{name}: {' or '.join(map(str, conditions))}",
           f"{got}; {raw.got[-300:]}; {witness.wrong}")
