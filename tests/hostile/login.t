#!/usr/bin/python3
"""Logins that mean harm: out of order, of others, by guessing, by telling
users apart; others are served."""

import base64
import hashlib
import os
import re
import socket
import ssl
import sys
import threading

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "../lib"))
import tap
import xmpp
from hostile import HEADER, Raw, Witness, attack, login
from server import BIN, Server
from xmpp import SASL, Refused, Stream, b64

END = b"</stream:features>"
FAILURE = re.compile(rb"<failure[^>]*><([a-z-]+)")


def header(s, tls=True):
    """A raw connection, its features read."""
    if tls:
        stream = Stream(s.tls_port, direct=True)
        raw = Raw(stream=stream)
    else:
        raw = Raw(s.port)
    raw.send(HEADER)
    raw.until(END)
    raw.got = b""
    return raw


def auth(mechanism, data):
    return f"<auth xmlns='{SASL}' mechanism='{mechanism}'>{data}</auth>"


def response(data):
    return f"<response xmlns='{SASL}'>{data}</response>"


def plain(authzid, user, password):
    return auth("PLAIN", b64(f"{authzid}\0{user}\0{password}".encode()))


def early(s, witness):
    for tls in False, True:
        where = "under TLS" if tls else "in clear"
        for name, text in (
                ("a command", "<iq type='get' id='1'><item xmlns='urn:M'>"
                 "L25ld3M=</item></iq>"),
                ("a message", "<message to='admin@localhost'><body>x</body>"
                 "</message>"),
                ("presence", "<presence/>"),
                ("bind", f"<iq type='set' id='1'><bind xmlns='{xmpp.BIND}'/>"
                 "</iq>"),
                ("a resumption", "<resume xmlns='urn:xmpp:sm:3' h='0' "
                 "previd='x'/>")):
            raw = header(s, tls)
            raw.send(text + "</stream:stream>")
            got = raw.end()
            tap.ok(got in ("not-authorized", "unsupported-stanza-type", None)
                   and b"result" not in raw.got and witness.served(),
                   f"before login, {where}, {name} does nothing", raw.got)
    for text in ("<iq type='get' id='1'/>", "<auth/>", "\x16\x03\x01",
                 "x"):
        raw = header(s, False)
        raw.send(f"<starttls xmlns='{xmpp.TLS}'/>" + text)
        raw.end()
        tap.ok(b"proceed" not in raw.got and b"result" not in raw.got,
               f"behind STARTTLS in clear, {text[:5]!r}: no TLS then",
               raw.got)
    raw = header(s, False)
    raw.send(plain("", "admin", s.context()["password"]))
    raw.until(b"/failure>")
    tap.ok(b"encryption-required" in raw.got, "a password in clear is refused "
           "unread", raw.got)


def disorder(s):
    """SASL out of order: each is answered by failure, the stream goes on."""
    for name, text, conditions in (
            ("a response first", response("AAAA"),
             ["malformed-request", "aborted", "not-authorized"]),
            ("an abort first", f"<abort xmlns='{SASL}'/>", ["aborted"]),
            ("an unknown mechanism", auth("CRAM-MD5", "="),
             ["invalid-mechanism"]),
            ("no mechanism", f"<auth xmlns='{SASL}'/>",
             ["invalid-mechanism", "malformed-request"]),
            ("EXTERNAL without a certificate", auth("EXTERNAL", "="),
             ["invalid-mechanism", "not-authorized"]),
            ("what is no base64", auth("PLAIN", "%%%"),
             ["incorrect-encoding"]),
            ("base64 with more behind", auth("PLAIN", "AGEAYg==AGEAYg=="),
             ["incorrect-encoding"]),
            ("PLAIN without a password", auth("PLAIN", b64(b"\0admin")),
             ["malformed-request"]),
            ("PLAIN of four parts", auth("PLAIN", b64(b"\0a\0b\0c")),
             ["malformed-request", "not-authorized"]),
            ("PLAIN with bytes of no character",
             auth("PLAIN", b64(b"\0\xff\xfe\0x")),
             ["malformed-request", "not-authorized"]),
            ("SCRAM of nothing", auth("SCRAM-SHA-256", b64(b"hello")),
             ["malformed-request"]),
            ("SCRAM without a nonce", auth("SCRAM-SHA-256", b64(b"n,,n=a")),
             ["malformed-request"]),
            ("SCRAM with an extension that must be known",
             auth("SCRAM-SHA-256", b64(b"n,,m=x,n=a,r=b")),
             ["malformed-request", "not-authorized"]),
            ("a downgrade", auth("SCRAM-SHA-256", b64(b"y,,n=admin,r=abc")),
             ["not-authorized"]),
            ("a binding nobody offered", auth(
                "SCRAM-SHA-256-PLUS", b64(b"p=tls-unique,,n=admin,r=abc")),
             ["not-authorized", "malformed-request"]),
            ("PLUS without a binding", auth(
                "SCRAM-SHA-256-PLUS", b64(b"n,,n=admin,r=abc")),
             ["not-authorized", "malformed-request"])):
        raw = header(s)
        raw.send(text)
        raw.until(b"</failure>")
        found = FAILURE.search(raw.got)
        ok = found and found.group(1).decode() in conditions
        raw.got = b""
        raw.send(plain("", "admin", s.context()["password"]))
        tap.ok(ok and raw.until(b"<success"), f"{name}: "
               f"{' or '.join(conditions)}, and the right one gets in",
               f"{found} {raw.got}")
        raw.close()


def binding(s):
    """SCRAM-PLUS whose client is on another connection than it believes."""
    stream = Stream(s.tls_port, direct=True)
    stream.open()

    class Cert:
        def __init__(self, sock):
            self.sock = sock

        def getpeercert(self, _binary):
            return b"the certificate of somebody in the middle"

        def __getattr__(self, name):
            return getattr(self.sock, name)
    real, stream.sock = stream.sock, Cert(stream.sock)
    try:
        stream.login("admin", s.context()["password"], "SCRAM-SHA-256-PLUS")
        got = "in"
    except Refused as e:
        got = str(e)
    tap.ok(got == "not-authorized", "a wrong channel binding", got)
    stream.sock = real
    stream.login("admin", s.context()["password"], "SCRAM-SHA-256-PLUS")
    tap.ok(True, "the right one")


def identities(s):
    c = s.context()
    for authzid, want in (("admin@localhost", b"<success"),
                          ("juliet@localhost", b"<invalid-authzid"),
                          ("admin@elsewhere", b"<invalid-authzid"),
                          ("admin@localhost/x\0", b"<failure")):
        raw = header(s)
        raw.send(plain(authzid, "admin", c["password"]))
        raw.until(b"</failure>") if want != b"<success" else \
            raw.until(b"<success")
        tap.ok(want in raw.got, f"authzid {authzid!r}: {want[1:].decode()}",
               raw.got)
    a, b = login(s, "a"), login(s, "b", "juliet", "a password")
    for stream, other in ((a, b), (b, a)):
        stream.send(f"<message to='{other.jid}' id='m'><body>x</body>"
                    "</message>")
        got = other.next()
        tap.ok(got.get("from") == stream.jid, "the sender is the server's "
               "word", got.attrib)
    for name, sender in (("another user", a.jid), ("the server", "localhost"),
                         ("nobody", "x@y/z"), ("no JID", "@@@")):
        raw = Raw(stream=login(s, "forger", "juliet", "a password"))
        raw.send(f"<message from='{sender}' to='{a.jid}'><body>forged</body>"
                 "</message>")
        got = raw.end()
        tap.ok(got in ("invalid-from", "improper-addressing"),
               f"from {name}: the stream ends", raw.got)
    a.send("<iq type='get' id='still'><ping xmlns='urn:xmpp:ping'/></iq>")
    got = a.next()
    tap.ok(got.get("id") == "still", "nothing forged arrives", got.attrib)


def challenge(s, user, nonce="abcdefgh"):
    """What SCRAM says to a name: (salt, iterations)."""
    raw = header(s)
    raw.send(auth("SCRAM-SHA-256", b64(f"n,,n={user},r={nonce}".encode())))
    raw.until(b"</challenge>")
    text = base64.b64decode(re.search(rb">([^<]+)</challenge>",
                                      raw.got).group(1)).decode()
    part = dict(p.split("=", 1) for p in text.split(","))
    raw.got = b""
    raw.send(response(b64(f"c=biws,r={part['r']},p={b64(bytes(32))}".encode())))
    raw.until(b"</failure>")
    return part["s"], part["i"], raw.got


def cpu(s):
    with open(f"/proc/{s.process.pid}/stat", encoding="ascii") as f:
        fields = f.read().rsplit(")", 1)[1].split()
    return int(fields[11]) + int(fields[12])


def enumeration(s):
    known, nobody = challenge(s, "juliet"), challenge(s, "nobody")
    tap.ok(known[1:] == nobody[1:] and len(known[0]) == len(nobody[0]),
           "SCRAM says of nobody what it says of somebody",
           f"{known} {nobody}")
    tap.ok(challenge(s, "nobody")[0] == nobody[0] and
           challenge(s, "noone")[0] != nobody[0],
           "and of nobody the same every time, as of somebody")
    said = {}
    for user in "juliet", "nobody", "a=b", "\u202e":
        raw = header(s)
        raw.send(plain("", user, "wrong password"))
        raw.until(b"</failure>")
        said[user] = raw.got
    tap.ok(len(set(said.values())) == 1, "so does PLAIN", said)
    cost = {}
    for user in "juliet", "nobody":
        begin = cpu(s)
        for i in range(20):
            raw = header(s)
            for n in range(4):
                raw.got = b""
                raw.send(plain("", user, f"wrong {i} {n}"))
                raw.until(b"</failure>")
            raw.close()
        cost[user] = cpu(s) - begin
    tap.ok(1 / 3 < (cost["juliet"] + 1) / (cost["nobody"] + 1) < 3,
           "and costs the server the same", cost)


def guessing(s, witness):
    raw = header(s)
    tries = 0
    while tries < 50 and raw.send(plain("", "juliet", f"guess {tries}")):
        raw.got = b""
        if not raw.until(b"</failure>"):
            break
        tries += 1
        if b"</stream:stream>" in raw.got:
            break
    tap.ok(3 <= tries <= 5, "a stream has three to five guesses", tries)
    raws = [header(s) for _ in range(40)]
    for n in range(3):
        for raw in raws:
            raw.send(plain("", "juliet", f"guess {n}"))
    tap.ok(witness.served(), "many guess at once: others are served")
    for raw in raws:
        raw.close()


def iterations(s):
    """A server that asks one of our clients for two thousand million rounds,
    or for one."""
    ours = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    ours.load_cert_chain(s.file("tls.crt"), s.file("tls.key"))
    for rounds in "2147483647", "1", "99999999999999999999", "-1":
        listener = socket.create_server(("127.0.0.1", 0))

        def answer():
            sock = ours.wrap_socket(listener.accept()[0], server_side=True)
            text = lambda: sock.recv(65536)
            text()
            sock.sendall((HEADER.replace("to=", "id='x' from=") +
                          f"<stream:features><mechanisms xmlns='{SASL}'>"
                          "<mechanism>SCRAM-SHA-256</mechanism></mechanisms>"
                          "</stream:features>").encode())
            first = base64.b64decode(re.search(rb">([^<]+)</auth>",
                                               text()).group(1)).decode()
            nonce = first.split("r=")[1]
            sock.sendall((f"<challenge xmlns='{SASL}'>" + b64(
                f"r={nonce}x,s=c2FsdA==,i={rounds}".encode()) +
                "</challenge>").encode())
            try:
                while text():
                    pass
            except OSError:
                pass
        thread = threading.Thread(target=answer, daemon=True)
        thread.start()
        done = s.tool("msg-send", "--server", f"127.0.0.1:"
                      f"{listener.getsockname()[1]}", "--direct-tls",
                      "get-item", "/")
        tap.ok(done.returncode != 0 and ("rounds" in done.stderr or
               "malformed" in done.stderr), f"a server that asks for {rounds} iterations is "
               "left", done.stderr)
        listener.close()


def resources(s, witness):
    stream = login(s, "one")
    stream.send(f"<iq type='set' id='again'><bind xmlns='{xmpp.BIND}'>"
                "<resource>two</resource></bind></iq>")
    got = stream.next()
    tap.ok(got.get("type") == "error", "a second resource on one stream is "
           "refused", got.attrib)
    for name, resource in (("too long", "x" * 1024),
                           ("control characters", "&#9;&#10;"),):
        late = Stream(s.tls_port, direct=True)
        late.open()
        late.login("juliet", "a password")
        late.open()
        late.send(f"<iq type='set' id='b'><bind xmlns='{xmpp.BIND}'>"
                  f"<resource>{resource}</resource></bind></iq>")
        got = late.next()
        tap.ok(got.get("type") == "error", f"a resource {name} is refused",
               got.attrib)
        late.close()
    many, refused = [], 0
    for n in range(200):
        try:
            many.append(login(s, f"r{n}", "juliet", "a password"))
        except (Refused, xmpp.Closed, AttributeError, OSError):
            refused += 1
    tap.ok(witness.served(), f"{len(many)} resources of one user, {refused} "
           "refused: others are served")
    for stream in many:
        stream.sock.close()


def injection(s):
    for name in ("admin\nlevel=error event=forged", "a\x1b[2Jb", "a\" user=b",
                 "\u2028x\u0085y"):
        raw = header(s)
        raw.send(plain("", name, "x"))
        raw.until(b"</failure>")
        raw.close()
    witness_stream = login(s, "log&#xa;level=error")
    witness_stream.close()
    lines = "".join(s.lines)
    tap.ok("\nlevel=" not in lines and "event=forged" not in
           re.sub(r'"(\\.|[^"\\])*"', "", lines) and "\x1b" not in lines and
           "\u2028" not in lines, "nothing is written into the log", lines)
    tap.ok(all(line.startswith("time=") for line in s.lines),
           "every line of it is the server's", lines)


with Server("--iterations=4096") as s:
    s.tool("msg-send", "set-user", '[{"method":"create","data":{"name":'
           '"juliet","password":"a password","roles":["read:/"]}}]')
    enumeration(s)      # alone: what it costs is compared
    witness = Witness(s)
    early(s, witness)
    disorder(s)
    binding(s)
    identities(s)
    guessing(s, witness)
    iterations(s)
    resources(s, witness)
    injection(s)
    tap.ok(witness.served(), "one was served all the while", witness.wrong)
    witness.stream.sock.close()
    tap.ok(s.stop() == 0, "the server ends in order", s.log())
tap.done()
