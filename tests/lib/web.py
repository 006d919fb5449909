"""web.py - HTTP, WebSocket and BOSH by hand, so that the tests may also say
what no library would.  Standard library only."""

import base64
import os
import re
import socket
import ssl
import struct
from xml.etree import ElementTree as ET

import xmpp

FRAMING = "urn:ietf:params:xml:ns:xmpp-framing"
BOSH = "http://jabber.org/protocol/httpbind"
XBOSH = "urn:xmpp:xbosh"
TEXT, CLOSE, PING, PONG = 1, 8, 9, 10


class Answer:
    def __init__(self, status, fields, body):
        self.status = status
        self.fields = fields
        self.body = body

    def __repr__(self):
        return f"{self.status} {self.fields} {self.body[:2000]!r}"


class Http:
    """One connection.  tls: a context, or True for one that trusts all;
    source: address to come from."""

    def __init__(self, port, tls=False, source=None):
        self.port = port
        self.sock = xmpp.connect(port, source)
        self.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if tls:
            context = ssl.create_default_context()
            context.check_hostname = False
            context.verify_mode = ssl.CERT_NONE
            context.set_alpn_protocols(["http/1.1"])
            self.sock = context.wrap_socket(self.sock,
                                            server_hostname="localhost")
        self.data = b""

    def send(self, data):
        self.sock.sendall(data.encode() if isinstance(data, str) else data)

    def request(self, method, target, body=None, **fields):
        """Send one; the answer is read by answer()."""
        head = [f"{method} {target} HTTP/1.1",
                f"Host: localhost:{self.port}"]
        if body is not None:
            body = body.encode() if isinstance(body, str) else body
            head.append(f"Content-Length: {len(body)}")
        head += [f"{k.replace('_', '-')}: {v}" for k, v in fields.items()]
        self.send("\r\n".join(head).encode() + b"\r\n\r\n" + (body or b""))
        return self

    def _more(self):
        data = self.sock.recv(65536)
        if not data:
            raise xmpp.Closed("the connection was closed")
        self.data += data

    def take(self, n):
        while len(self.data) < n:
            self._more()
        out, self.data = self.data[:n], self.data[n:]
        return out

    def answer(self, head=False):
        """The next answer; head: it is one to HEAD."""
        while b"\r\n\r\n" not in self.data:
            self._more()
        text, self.data = self.data.split(b"\r\n\r\n", 1)
        lines = text.decode().split("\r\n")
        fields = {}
        for line in lines[1:]:
            name, value = line.split(": ", 1)
            fields[name.lower()] = value
        status = int(lines[0].split()[1])
        n = 0 if head or status in (101, 100, 304) else \
            int(fields["content-length"])
        return Answer(status, fields, self.take(n))

    def ask(self, method, target, body=None, **fields):
        return self.request(method, target, body, **fields).answer(
            method == "HEAD")

    def ended(self):
        """True when the peer closes and sends nothing before it."""
        try:
            return self.data == b"" and self.sock.recv(65536) == b""
        except (ConnectionError, ssl.SSLError):
            return True

    def close(self):
        self.sock.close()


def frame(opcode, payload, mask=b"\x12\x34\x56\x78", first=0x80):
    """One of a client's frames; mask b"": not masked."""
    n = len(payload)
    bit = 0x80 if mask else 0
    if n < 126:
        head = struct.pack("!BB", first | opcode, bit | n)
    elif n < 65536:
        head = struct.pack("!BBH", first | opcode, bit | 126, n)
    else:
        head = struct.pack("!BBQ", first | opcode, bit | 127, n)
    if mask:
        key = (mask * (n // 4 + 1))[:n]
        payload = (int.from_bytes(payload, "big") ^
                   int.from_bytes(key, "big")).to_bytes(n, "big")
    return head + mask + payload


class WebSocket(xmpp.Stream):
    """An XMPP stream over WebSocket (RFC 7395)."""

    def __init__(self, port, tls=False, domain="localhost", source=None,
                 **fields):
        self.domain = domain
        self.http = Http(port, tls, source)
        self.sock = self.http.sock
        self.tls = ""           # no STARTTLS
        self.trace = []
        self.jid = None
        self.code = None        # of the peer's close frame
        self.ready = []
        self.header = None
        key = base64.b64encode(os.urandom(16)).decode()
        want = {"Upgrade": "websocket", "Connection": "Upgrade",
                "Sec_WebSocket_Key": key, "Sec_WebSocket_Version": "13",
                "Sec_WebSocket_Protocol": "xmpp", **fields}
        self.handshake = self.http.ask(
            "GET", "/xmpp-websocket",
            **{k: v for k, v in want.items() if v is not None})

    def _fresh(self):
        pass

    def frame(self, *args, **kwargs):
        self.sock.sendall(frame(*args, **kwargs))

    def send(self, text):
        self.trace.append("sent     " + text[:500])
        self.frame(TEXT, text.encode())

    def message(self):
        """(opcode, payload) of the next frame; they are never in parts."""
        first, n = self.http.take(2)
        assert first & 0xf0 == 0x80 and n < 128, "a server's frame"
        if n == 126:
            n, = struct.unpack("!H", self.http.take(2))
        elif n == 127:
            n, = struct.unpack("!Q", self.http.take(8))
        payload = self.http.take(n)
        self.trace.append(f"received {first & 15} {payload[:500]!r}")
        return first & 15, payload

    def _read(self):
        opcode, payload = self.message()
        if opcode == TEXT:
            element = ET.fromstring(payload)
            self.ready.append(None if element.tag == f"{{{FRAMING}}}close"
                              else element)
        elif opcode == CLOSE:
            self.code = struct.unpack("!H", payload[:2])[0]
            raise xmpp.Closed(f"closed with {self.code}")

    def open(self, extra=""):
        self.send(f"<open xmlns='{FRAMING}' to='{self.domain}' "
                  f"version='1.0'{extra}/>")
        self.header = self.next()
        return self.next()

    def close(self):
        rest = []
        self.send(f"<close xmlns='{FRAMING}'/>")
        try:
            while True:
                rest.append(self.next())
        except (xmpp.Closed, OSError):
            pass
        self.closing_code()
        self.sock.close()
        return rest

    def closing_code(self):
        """The code the server closes with, whatever it says before."""
        try:
            while self.code is None:
                self._read()
        except (xmpp.Closed, OSError):
            pass
        return self.code


class Refused(Exception):
    """A BOSH answer with type='terminate'; the argument is its condition."""


class Bosh(xmpp.Stream):
    """An XMPP stream over BOSH, one request after the other; other() gives
    a second connection."""

    def __init__(self, port, tls=False, domain="localhost", wait=30, hold=1,
                 rid=None, path="/http-bind", source=None, **attributes):
        self.port, self.secure, self.path = port, tls, path
        self.domain = domain
        self.tls = ""
        self.trace = []
        self.jid = None
        self.ready = []
        self.header = None
        self.sid = None
        self.rid = rid or int.from_bytes(os.urandom(5), "big") + 1
        self.create = dict({"wait": wait, "hold": hold, "ver": "1.11",
                            "xmpp:version": "1.0"}, **attributes)
        self.http = Http(port, tls, source)
        self.body = None

    def _fresh(self):
        pass

    def other(self):
        return Http(self.port, self.secure)

    def wrap(self, payload="", rid=None, **attributes):
        """The text of a body."""
        if rid is None:
            rid, self.rid = self.rid, self.rid + 1
        attributes = dict({"rid": rid}, **({"sid": self.sid} if self.sid
                                           else {}), **attributes)
        words = "".join(f" {k}='{v}'" for k, v in attributes.items()
                        if v is not None)
        return (f"<body xmlns='{BOSH}' xmlns:xmpp='{XBOSH}'{words}>"
                f"{payload}</body>")

    def post(self, text, http=None):
        self.trace.append("sent     " + text[:500])
        return (http or self.http).request(
            "POST", self.path, text, Content_Type="text/xml; charset=utf-8")

    def take(self, http=None):
        """The next answer's body, its children put in ready."""
        answer = (http or self.http).answer()
        self.trace.append(f"received {answer}")
        if answer.status != 200:
            raise Refused(str(answer.status))
        body = ET.fromstring(answer.body)
        self.body = body
        self.ready += list(body)
        if body.get("type") == "terminate":
            raise Refused(body.get("condition") or "terminate")
        return body

    def exchange(self, payload="", **attributes):
        return self.post(self.wrap(payload, **attributes)) and self.take()

    def send(self, text):
        self.exchange(text)

    def next(self):
        while not self.ready:
            self.exchange()
        return self.ready.pop(0)

    def open(self, extra=""):
        if self.sid is None:
            self.header = self.exchange(to=self.domain, **self.create)
            self.sid = self.header.get("sid")
        else:
            self.exchange(to=self.domain, **{"xmpp:restart": "true"})
        return self.next()

    def close(self):
        try:
            self.exchange(type="terminate")
        except Refused as end:
            assert str(end) == "terminate", end
        self.http.close()
        return self.ready
