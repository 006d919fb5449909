"""xmpp.py - a small XMPP client of our own making, so that the tests see
every byte: STARTTLS or direct TLS, SCRAM, bind.  Standard library only."""

import base64
import hashlib
import hmac
import os
import re
import socket
import ssl
import struct
from xml.etree import ElementTree as ET

CLIENT = "jabber:client"
STREAM = "http://etherx.jabber.org/streams"
TLS = "urn:ietf:params:xml:ns:xmpp-tls"
SASL = "urn:ietf:params:xml:ns:xmpp-sasl"
SASL2 = "urn:xmpp:sasl:2"
BIND = "urn:ietf:params:xml:ns:xmpp-bind"
WAIT = 60           # seconds until an answer is no longer expected


class Closed(Exception):
    """The peer ended the stream or the connection."""


class Refused(Exception):
    """Login failed; the argument is the condition."""


def b64(data):
    return base64.b64encode(data).decode()


def connect(port, source=None):
    """source: the address of this machine to come from."""
    return socket.create_connection(("127.0.0.1", port), WAIT,
                                    source and (source, 0))


class Stream:
    def __init__(self, port, domain="localhost", direct=False, cert=None,
                 own=None, source=None):
        """own: (certificate, key) to show; source: address to come from."""
        self.domain = domain
        self.sock = connect(port, source)
        self.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.tls = None
        self.cert = cert
        self.own = own
        self.trace = []
        self.jid = None
        self._fresh()
        if direct:
            self._handshake(["xmpp-client"])

    def _fresh(self):
        self.parser = ET.XMLPullParser(("start", "end"))
        self.pending = b""
        self.depth = 0
        self.header = None
        self.ready = []

    # --- bytes -------------------------------------------------------------
    def send(self, text):
        self.trace.append("sent     " + text)
        self.sock.sendall(text.encode() if isinstance(text, str) else text)

    def _read(self):
        data = self.sock.recv(65536)
        if not data:
            raise Closed("the connection was closed")
        self.trace.append("received " + data.decode(errors="replace"))
        # Whole tags only: expat may sit on half a token until more comes.
        self.pending += data
        if not self.pending.rstrip().endswith(b">"):
            return
        self.parser.feed(self.pending)
        self.pending = b""
        for event, element in self.parser.read_events():
            self._event(event, element)

    def _event(self, event, element):
        if event == "start":
            self.depth += 1
            if self.depth == 1:
                self.root = element
                self.header = element
            return
        self.depth -= 1
        if self.depth == 1:
            self.ready.append(element)
            self.root.remove(element)
        elif self.depth == 0:
            self.ready.append(None)

    def next(self):
        """The next child of the stream; Closed when there will be none."""
        while not self.ready:
            self._read()
        element = self.ready.pop(0)
        if element is None:
            raise Closed("the stream was ended")
        return element

    # --- the way in ---------------------------------------------------------
    def open(self, extra=""):
        """Send a header, wait for the peer's; gives the features."""
        self._fresh()
        self.send(f"<?xml version='1.0'?><stream:stream to='{self.domain}' "
                  f"version='1.0' xmlns='{CLIENT}' "
                  f"xmlns:stream='{STREAM}'{extra}>")
        return self.next()

    def _handshake(self, alpn=None):
        context = ssl.create_default_context(cafile=self.cert)
        if self.cert is None:
            context.check_hostname = False
            context.verify_mode = ssl.CERT_NONE
        if self.own:
            context.load_cert_chain(*self.own)
        if alpn:
            context.set_alpn_protocols(alpn)
        self.sock = context.wrap_socket(self.sock, server_hostname=self.domain)
        self.tls = self.sock.version()
        self._fresh()

    def starttls(self):
        self.send(f"<starttls xmlns='{TLS}'/>")
        self.proceed()

    def proceed(self):
        answer = self.next()
        if answer.tag != f"{{{TLS}}}proceed":
            raise Refused(answer.tag)
        self._handshake()

    def login(self, user, password, mechanism="SCRAM-SHA-256"):
        """One SASL exchange; the header of the new stream is the caller's."""
        self._exchange(user, password, mechanism, SASL, self._auth)

    def authenticate(self, user, password, inside="",
                     mechanism="SCRAM-SHA-256"):
        """The same by XEP-0388; <success/> is what is received next."""
        def first(mechanism, data):
            self.send(f"<authenticate xmlns='{SASL2}' mechanism='{mechanism}'>"
                      f"<initial-response>{b64(data)}</initial-response>"
                      f"{inside}</authenticate>")
        self.ready.insert(0, self._exchange(user, password, mechanism, SASL2,
                                            first))

    def _auth(self, mechanism, data):
        self.send(f"<auth xmlns='{SASL}' mechanism='{mechanism}'>"
                  + b64(data) + "</auth>")

    def _exchange(self, user, password, mechanism, ns, send_first):
        if mechanism == "PLAIN":
            send_first(mechanism, f"\0{user}\0{password}".encode())
            return self._sasl("success", ns)
        if mechanism.startswith("HT-"):
            return self._token(user, password, mechanism, ns, send_first)
        plus = mechanism.endswith("-PLUS")
        algorithm = "sha256" if "256" in mechanism else "sha1"
        gs2 = "p=tls-server-end-point,," if plus else "n,,"
        bound = gs2.encode()
        if plus:
            bound += hashlib.sha256(self.sock.getpeercert(True)).digest()
        name = user.replace("=", "=3D").replace(",", "=2C")
        bare = f"n={name},r={b64(os.urandom(18))}"
        send_first(mechanism, (gs2 + bare).encode())
        first = base64.b64decode(self._sasl("challenge", ns).text).decode()
        self.server_first = part = dict(p.split("=", 1)
                                        for p in first.split(","))
        final = f"c={b64(bound)},r={part['r']}"
        message = f"{bare},{first},{final}".encode()
        salted = hashlib.pbkdf2_hmac(algorithm, password.encode(),
                                     base64.b64decode(part["s"]),
                                     int(part["i"]))
        def mac(key, text):
            return hmac.new(key, text, algorithm).digest()
        client = mac(salted, b"Client Key")
        proof = bytes(a ^ b for a, b in zip(client, mac(
            hashlib.new(algorithm, client).digest(), message)))
        self.send(f"<response xmlns='{ns}'>"
                  + b64(f"{final},p={b64(proof)}".encode()) + "</response>")
        success = self._sasl("success", ns)
        text = success.text if ns == SASL else success.findtext(
            f"{{{SASL2}}}additional-data")
        if base64.b64decode(text).decode() != \
                "v=" + b64(mac(mac(salted, b"Server Key"), message)):
            raise Refused("the server does not know the password")
        return success

    def _token(self, user, token, mechanism, ns, send_first):
        bound = b""
        if mechanism.endswith("-ENDP"):
            bound = hashlib.sha256(self.sock.getpeercert(True)).digest()
        def mac(word):
            return hmac.new(token.encode(), word + bound, "sha256").digest()
        send_first(mechanism, user.encode() + b"\0" + mac(b"Initiator"))
        success = self._sasl("success", ns)
        if success.findtext(f"{{{ns}}}additional-data") != \
                b64(mac(b"Responder")):
            raise Refused("the server does not know the token")
        return success

    def _sasl(self, expected, ns=SASL):
        answer = self.next()
        if answer.tag == f"{{{ns}}}failure":
            raise Refused(re.sub(r".*\}", "", answer[0].tag))
        if answer.tag != f"{{{ns}}}{expected}":
            raise Refused(answer.tag)
        return answer

    def bind(self, resource):
        self.send(f"<iq type='set' id='bind'><bind xmlns='{BIND}'>"
                  f"<resource>{resource}</resource></bind></iq>")
        self.jid = self.next().findtext(f"{{{BIND}}}bind/{{{BIND}}}jid")

    def connect(self, user, password, resource, mechanism="SCRAM-SHA-256"):
        """All of it."""
        self.open()
        if self.tls is None:
            self.starttls()
            self.open()
        self.login(user, password, mechanism)
        self.open()
        self.bind(resource)
        return self

    def cut(self):
        """As when the network is gone: no word of the stream or of TLS."""
        self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER,
                             struct.pack("ii", 1, 0))
        self.sock.close()

    def close(self):
        """End the stream in order: what was still on its way, elements."""
        rest = []
        self.send("</stream:stream>")
        try:
            while True:
                rest.append(self.next())
        except (Closed, OSError):
            pass
        self.sock.close()
        return rest
