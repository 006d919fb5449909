#!/usr/bin/python3
"""What one address may have: so many connections, so many guesses of a
password and no more by many connections than by one; others are served."""

import os
import re
import select
import signal
import ssl
import sys
import threading
import time

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "../lib"))
import tap
import web
import xmpp
from hostile import HEADER, Raw, login
from server import Server
from xmpp import SASL, Refused, Stream, b64

MANY = 20               # connections of one address
ADDRESSES = 1024        # that are remembered
WAITS = re.compile(r"^time=(\S+).*address has to wait.*peer=([\d.]+):\d+ "
                   r"ms=(\d+)")
PASSWORD = "wherefore art thou"


def waits(s, source):
    """[(time, ms)] of what the log says of an address, in order."""
    found = (WAITS.search(line) for line in s.lines)
    return [(m[1], int(m[3])) for m in found if m and m[2] == source]


def slowed(s, source, ms):
    s.wait_line(rf"address has to wait.*peer={source}:\d+ ms={ms}\b")


def refused(s, source, count):
    """The log is read as far as so many failures."""
    s.wait_line(rf"login refused.*peer={source}:", count)


# --- connections -------------------------------------------------------------

def alert(port):
    """How TLS fails there."""
    try:
        Stream(port, direct=True).open()
    except (ssl.SSLError, OSError) as e:
        return str(e)
    return "open"


def crowd(s, conf):
    held = [Raw(s.port) for _ in range(MANY)]
    for raw in held:
        raw.send(HEADER)
    tap.ok(all(raw.until(b"</stream:features>") for raw in held),
           f"{MANY} connections of one address")
    late = Raw(s.port)
    got = late.end()
    tap.ok(got == "policy-violation" and b"from your address" in late.got and
           late.got.endswith(b"</stream:stream>"),
           "one more is refused, and told why", f"{got} {late.got}")
    tap.ok("access denied" in alert(s.tls_port), "over TLS by an alert",
           alert(s.tls_port))
    tap.ok("access denied" in alert(s.https_port), "over HTTPS, too")
    raw = Raw(s.http_port)
    raw.end()
    tap.ok(raw.got.startswith(b"HTTP/1.1 429 ") and b"from your address" in
           raw.got, "over HTTP by 429", raw.got)
    done = s.tool("msg-send", f"--server=127.0.0.1:{s.port}",
                  "get-item", "/")
    tap.ok(done.returncode != 0 and "too many connections from your address"
           in done.stderr, "our client says so", done.stderr)
    other = login(s, "other", source="127.0.0.2")
    other.send("<iq type='get' id='p'><ping xmlns='urn:xmpp:ping'/></iq>")
    tap.ok(other.next().get("type") == "result", "another address is served")
    held.pop().close()
    tap.ok(comes_in(s), "one goes, another comes")
    with open(conf, "w", encoding="utf-8") as f:
        f.write('limit-exempt = { "192.0.2.1", "127.0.0.1" }\n')
    s.process.send_signal(signal.SIGHUP)
    s.wait_line("configuration and certificate reloaded")
    more = [Raw(s.port) for _ in range(MANY)]
    for raw in more:
        raw.send(HEADER)
    tap.ok(all(raw.until(b"</stream:features>") for raw in more),
           "an address that is exempt has more")
    for raw in held + more:
        raw.close()
    other.close()


def comes_in(s):
    """True when there is a stream after a while."""
    end = time.monotonic() + 60
    while time.monotonic() < end:
        raw = Raw(s.port)
        raw.send(HEADER)
        if raw.until(b"</stream:features>"):
            raw.close()
            return True
    return False


def full(s):
    """The limit of all together."""
    held = [Raw(s.port, source=f"127.0.0.{i}") for i in (2, 3, 4)]
    late = Raw(s.port)
    got = late.end()
    tap.ok(got == "resource-constraint", "a full server says so", late.got)
    raw = Raw(s.http_port)
    raw.end()
    tap.ok(raw.got.startswith(b"HTTP/1.1 503 "), "over HTTP, too", raw.got)
    for raw in held:
        raw.close()


# --- guesses -----------------------------------------------------------------

def fresh(s, kind, source):
    """A stream before its login."""
    if kind == "WebSocket":
        stream = web.WebSocket(s.https_port, tls=True, source=source)
    elif kind == "BOSH":
        stream = web.Bosh(s.https_port, tls=True, source=source)
    else:
        stream = Stream(s.tls_port, direct=True, source=source)
    stream.open()
    return stream


def guess(stream, how="PLAIN", user="juliet"):
    """One; the condition it fails with."""
    try:
        if how == "SASL2":
            stream.authenticate(user, "a guess", mechanism="SCRAM-SHA-256")
        elif how.startswith("HT-"):
            stream.authenticate(user, "a token", "<user-agent id='d4565fa7-"
                                "4d72-4749-b3d3-740edbf87770'/>", how)
        else:
            stream.login(user, "a guess", how)
        return "in"
    except Refused as e:
        return str(e)


def carriers(s):
    """Each way to guess counts, and they count together."""
    a = "127.0.1.1"
    ways = [("stream", "PLAIN"), ("WebSocket", "SCRAM-SHA-256"),
            ("BOSH", "PLAIN"), ("stream", "SASL2"),
            ("stream", "HT-SHA-256-NONE"), ("WebSocket", "PLAIN"),
            ("BOSH", "SCRAM-SHA-1"), ("stream", "SCRAM-SHA-256")]
    for i, (kind, how) in enumerate(ways):
        stream = fresh(s, kind, a)
        got = guess(stream, how)
        tap.ok(got == "not-authorized", f"a guess by {how} over {kind}", got)
        if i >= 4:
            slowed(s, a, 250 << i - 4)
    tap.ok([ms for _, ms in waits(s, a)] == [250, 500, 1000, 2000],
           "after the fifth each doubles the wait", waits(s, a))
    begun = fresh(s, "stream", a)
    for _ in range(4):
        begun.send(f"<auth xmlns='{SASL}' mechanism='SCRAM-SHA-256'>"
                   + b64(b"n,,n=juliet,r=abc") + "</auth>")
        begun.next()
        begun.send(f"<abort xmlns='{SASL}'/>")
        begun.next()
    refused(s, a, 8 + 4)
    tap.ok(len(waits(s, a)) == 4, "what is no guess does not count")
    stream = fresh(s, "stream", a)
    stream.login("juliet", PASSWORD)
    got = guess(fresh(s, "stream", a))
    refused(s, a, 8 + 4 + 1)
    tap.ok(got == "not-authorized" and len(waits(s, a)) == 4,
           "success ends it", waits(s, a))


def own_password(s):
    """Who has one password does not guess others faster for it."""
    a = "127.0.1.2"
    for _ in range(5):
        guess(fresh(s, "stream", a))
    slowed(s, a, 250)
    fresh(s, "WebSocket", a).login("tybalt", PASSWORD)
    guess(fresh(s, "stream", a))
    slowed(s, a, 500)
    tap.ok(True, "success of another user ends nothing")


def seconds(text):
    hours, minutes, rest = text.split("T")[1].rstrip("Z").split(":")
    return (int(hours) * 60 + int(minutes)) * 60 + float(rest)


def parallel(s):
    """Many connections, each with a guess that waits, then the next."""
    a = "127.0.1.3"
    streams = [fresh(s, ("stream", "WebSocket")[i % 2], a)
               for i in range(MANY)]

    def run(stream):
        try:
            while guess(stream) == "not-authorized":
                pass
        except (xmpp.Closed, OSError):
            pass
    threads = [threading.Thread(target=run, args=(x,), daemon=True)
               for x in streams]
    for thread in threads:
        thread.start()
    slowed(s, a, 4000)
    guesses = sum("login refused" in line and f"peer={a}:" in line
                  for line in s.lines)
    found = waits(s, a)
    tap.ok([ms for _, ms in found] == [250, 500, 1000, 2000, 4000] and
           guesses <= 9, f"{MANY} connections at once guess nine times, as "
           "one would", f"{guesses} {found}")
    took = (seconds(found[-1][0]) - seconds(found[0][0])) % 86400
    tap.ok(took >= 3.75 / 2, "and not faster", found)
    other = fresh(s, "stream", "127.0.1.4")
    other.login("juliet", PASSWORD)
    tap.ok(not waits(s, "127.0.1.4"), "another address does not wait")
    slowed(s, a, 8000)
    served = False
    for _ in range(3):
        late = fresh(s, "stream", a)
        late.send(f"<auth xmlns='{SASL}' mechanism='PLAIN'>"
                  + b64(f"\0juliet\0{PASSWORD}".encode()) + "</auth>")
        fresh(s, "stream", "127.0.1.5").login("juliet", PASSWORD)
        served = served or not select.select([late.sock], [], [], 0)[0]
        late.sock.close()
    tap.ok(served, "it is served while the first one has to wait")
    for stream in streams:
        stream.sock.close()


def registration(s):
    a = "127.0.1.6"
    said = []
    while len(said) < 14 and (not said or said[-1].get("type") == "result"):
        i = len(said)
        stream = fresh(s, "stream", a)
        stream.send("<iq type='set' id='r'><query xmlns='jabber:iq:register'>"
                    f"<username>u{i}</username><password>long enough"
                    "</password></query></iq>")
        said.append(stream.next())
    tap.ok(len(said) > 5 and "from your address" in
           "".join(said[-1].itertext()),
           "five users may make themselves, then the next has to wait",
           [x.get("type") for x in said])


def many(s):
    """More addresses than are remembered, and nothing is kept of the first."""
    def one(source):
        raw = Raw(s.port, source=source)
        raw.send(HEADER)
        raw.until(b"</stream:features>")
        for _ in range(5 if source == "127.0.2.1" else 1):
            raw.got = b""
            raw.send(f"<auth xmlns='{SASL}' mechanism='SCRAM-SHA-1'>"
                     + b64(b"n,,n=juliet,r=abc") + "</auth>")
            raw.until(b"</challenge>")
            nonce = re.search(rb"r=([^,]+)", xmpp.base64.b64decode(re.search(
                rb">([^<]+)</challenge>", raw.got)[1]))[1].decode()
            raw.send(f"<response xmlns='{SASL}'>" + b64(
                f"c=biws,r={nonce},p={b64(bytes(20))}".encode())
                + "</response>")
            raw.until(b"</failure>")
        raw.close()
    one("127.0.2.1")
    slowed(s, "127.0.2.1", 250)
    for i in range(ADDRESSES + 10):     # some fail in the same millisecond
        one(f"127.0.{3 + i // 250}.{1 + i % 250}")
    guess(fresh(s, "stream", "127.0.2.1"))
    refused(s, "127.0.2.1", 6)
    tap.ok(len(waits(s, "127.0.2.1")) == 1,
           f"behind {ADDRESSES} other addresses the first is forgotten",
           waits(s, "127.0.2.1"))


with Server("--limit-exempt=none", "--max-connections=3") as s:
    full(s)
s = Server()
conf = os.path.join(s.dir, "serve.conf")
with open(conf, "w", encoding="utf-8") as f:
    f.write('limit-exempt = "none"\n')
s.options = (f"--config={conf}", f"--max-address-connections={MANY}")
with s:
    crowd(s, conf)
    tap.ok(s.stop() == 0, "the server ends in order", s.log())
with Server("--limit-exempt=none", "--max-address-connections=50",
            "--login-time=10m", "--registration", "--plaintext") as s:
    for user in "juliet", "tybalt":
        s.tool("msg-send", "set-user", '[{"method":"create","data":{"name":'
               f'"{user}","password":"{PASSWORD}","roles":["read:/"]}}}}]')
    carriers(s)
    own_password(s)
    parallel(s)
    registration(s)
    many(s)
    tap.ok(s.stop() == 0, "the server ends in order", s.log())
tap.done()
