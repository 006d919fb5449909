#!/usr/bin/python3
"""HTTP: files, host-meta, CORS; and what must not be understood."""

import json
import os
import sys
from xml.etree import ElementTree as ET

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "../lib"))
import tap
import xmpp
from server import Server
from web import Http

GET = "GET / HTTP/1.1\r\nHost: localhost\r\n"
BODY = "<body xmlns='http://jabber.org/protocol/httpbind'/>"


def raw(s, data, tls=False):
    http = Http(s.https_port if tls else s.http_port, tls)
    try:
        http.send(data)
    except OSError:
        pass
    return http


def files(s, root):
    http = Http(s.http_port)
    a = http.ask("GET", "/")
    tap.ok(a.status == 200 and a.body == b"<p>hello" and
           a.fields["content-type"] == "text/html; charset=utf-8" and
           a.fields["x-content-type-options"] == "nosniff",
           "index.html of the root", a)
    b = http.ask("GET", "/", If_None_Match=a.fields["etag"])
    tap.ok(b.status == 304, "and not again when it is the same", b)
    a = http.ask("HEAD", "/app.js")
    tap.ok(a.status == 200 and a.fields["content-length"] == "5",
           "HEAD gives no body", a)
    a = http.ask("GET", "/app.js?x=/../..")
    tap.ok(a.status == 200 and a.body == b"1 + 1", "a query is no path", a)
    a = http.ask("GET", "/sub")
    tap.ok((a.status, a.fields.get("location")) == (301, "/sub/"),
           "a directory is redirected to", a)
    a = http.ask("GET", "/sub/%C3%A4%20b.txt")
    tap.ok(a.status == 200 and a.body == b"x", "an encoded name", a)
    a = http.ask("GET", "/big")
    with open(os.path.join(root, "big"), "rb") as f:
        tap.ok(a.body == f.read(), "eight megabytes", len(a.body))
    http.request("GET", "/big").request("GET", "/app.js")
    tap.ok(len(http.answer().body) == 8 << 20 and
           http.answer().body == b"1 + 1", "what is pipelined behind it")
    for path in ("/../secret", "/sub/../../secret", "/%2e%2e/secret",
                 "/..%2fsecret", "/link", "/up/secret", "/.hidden",
                 "/sub/..", "//app.js", "/app.js/", "/none", "/%00",
                 "/sub/.", "/\\..\\secret", "/%5c..%5csecret"):
        a = http.ask("GET", path)
        tap.ok(a.status == 404 and b"secret!" not in a.body,
               f"{path} is not there", a)
    a = http.ask("DELETE", "/app.js")
    tap.ok(a.status == 405 and a.fields["allow"] == "GET, HEAD",
           "only reading", a)
    a = Http(s.http_port).ask("POST", "/app.js", "x")
    tap.ok(a.status == 413 and a.fields["connection"] == "close",
           "a body is not wanted", a)


def host_meta(s):
    a = Http(s.https_port, True).ask("GET", "/.well-known/host-meta.json")
    got = {x["rel"].split(":")[-1]: x["href"]
           for x in json.loads(a.body)["links"]}
    want = {"websocket": f"wss://localhost:{s.https_port}/xmpp-websocket",
            "xbosh": f"https://localhost:{s.https_port}/http-bind"}
    tap.ok(got == want, "host-meta.json", a)
    a = Http(s.https_port, True).ask("GET", "/.well-known/host-meta")
    got = {x.get("rel").split(":")[-1]: x.get("href")
           for x in ET.fromstring(a.body)}
    tap.ok(got == want, "host-meta", a)
    a = Http(s.http_port).ask("GET", "/.well-known/host-meta.json")
    got = {x["rel"].split(":")[-1]: x["href"]
           for x in json.loads(a.body)["links"]}
    tap.ok(got == want, "asked in clear it names what is secure", a)


def cors(s):
    http = Http(s.http_port)
    a = http.ask("OPTIONS", "/http-bind", Origin="https://good.example",
                 Access_Control_Request_Method="POST")
    tap.ok(a.status == 200 and a.fields["access-control-allow-origin"] ==
           "https://good.example" and "POST" in
           a.fields["access-control-allow-methods"],
           "a listed origin may POST", a)
    a = http.ask("POST", "/http-bind", BODY, Origin="https://good.example")
    tap.ok(a.fields.get("access-control-allow-origin") ==
           "https://good.example" and a.fields["vary"] == "Origin",
           "and read the answer", a)
    for method, body in (("OPTIONS", None), ("POST", BODY)):
        a = http.ask(method, "/http-bind", body,
                     Origin="https://evil.example")
        tap.ok(a.status == 403 and "access-control-allow-origin" not in
               a.fields, f"another may not {method}", a)
    a = http.ask("GET", "/app.js", Origin="https://evil.example")
    tap.ok(a.status == 200 and "access-control-allow-origin" not in
           a.fields, "nor read files", a)
    a = http.ask("POST", "/http-bind", BODY)
    tap.ok("access-control-allow-origin" not in a.fields,
           "without an origin nothing is said of it", a)


def keeping(s):
    http = raw(s, (GET + "\r\n") * 20)
    tap.ok([http.answer().status for n in range(20)] == [200] * 20,
           "twenty requests in one write")
    http = raw(s, GET + "Connection: close\r\n\r\n" + GET + "\r\n")
    tap.ok(http.answer().fields["connection"] == "close" and http.ended(),
           "nothing comes after Connection: close")
    http = raw(s, "GET / HTTP/1.0\r\n\r\n")
    tap.ok(http.answer().status == 200 and http.ended(), "HTTP/1.0 ends")
    http = raw(s, "")
    for c in GET + "\r\n":
        http.send(c)
    tap.ok(http.answer().status == 200, "a request byte by byte")
    post = ("POST /http-bind HTTP/1.1\r\nHost: localhost\r\n"
            "Expect: 100-continue\r\nTransfer-Encoding: chunked\r\n\r\n")
    http = raw(s, post)
    tap.ok(http.answer().status == 100, "100 Continue")
    for c in BODY:
        http.send(f"1;x\r\n{c}\r\n")
    http.send("0\r\nTrailer: x\r\n\r\n" + GET + "\r\n")
    first, second = http.answer(), http.answer()
    tap.ok(b"bad-request" in first.body and second.status == 200,
           "a body in chunks of one byte, and a request behind it", first)


def smuggling(s):
    inner = "GET /smuggled HTTP/1.1\r\nHost: localhost\r\n\r\n"
    for head, status, name in (
            ("Content-Length: 6\r\nTransfer-Encoding: chunked\r\n", 400,
             "CL.TE"),
            ("Transfer-Encoding: chunked\r\nContent-Length: 6\r\n", 400,
             "TE.CL"),
            ("Transfer-Encoding: chunked\r\nTransfer-Encoding: x\r\n", 400,
             "TE.TE"),
            ("Transfer-Encoding: xchunked\r\n", 501, "another coding"),
            ("Transfer-Encoding : chunked\r\n", 400, "a space before :"),
            ("Transfer-Encoding:\r\n chunked\r\n", 400, "a folded line"),
            ("X: a\nTransfer-Encoding: chunked\r\n", 400, "a bare LF"),
            ("X: a\rTransfer-Encoding: chunked\r\n", 400, "a bare CR"),
            ("Content-Length: 0\r\nContent-Length: 6\r\n", 400, "two CL"),
            ("Content-Length: 0, 6\r\n", 400, "a list of CL"),
            ("Content-Length: +6\r\n", 400, "a signed CL"),
            ("Host: other\r\n", 400, "two Hosts"),
            ("X: a\0b\r\n", 400, "NUL")):
        http = raw(s, "POST /http-bind HTTP/1.1\r\nHost: localhost\r\n" +
                   head + "\r\n0\r\n\r\n" + inner)
        a = http.answer()
        tap.ok(a.status == status and a.fields["connection"] == "close" and
               http.ended(), f"{name}: {status}, and nothing behind it", a)


def bombs(s):
    for data, status, name in (
            (GET + "X: " + "x" * 20000, 431, "a long field"),
            (GET + "a: b\r\n" * 100, 431, "many fields"),
            ("GET /" + "x" * 20000, 414, "a long target"),
            ("POST /http-bind HTTP/1.1\r\nHost: x\r\n"
             "Content-Length: 999999999\r\n\r\n", 413, "a long body"),
            ("POST /http-bind HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: "
             "chunked\r\n\r\n7fffffff\r\n", 413, "a long chunk"),
            ("GET / HTTP/3.0\r\n\r\n", 505, "another version"),
            ("\x16\x03\x01\x00\n", 400, "TLS in clear"),
            ("<stream:stream>\n", 400, "XMPP")):
        http = raw(s, data)
        a = http.answer()
        tap.ok(a.status == status and http.ended(), f"{name}: {status}", a)


def slow(s):
    """--request-time is short here."""
    quiet, part, late = raw(s, ""), raw(s, "GET / HT"), raw(
        s, "POST /http-bind HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\n")
    done = raw(s, GET + "\r\n")
    tap.ok(done.answer().status == 200, "who is quick is answered")
    tap.ok(quiet.ended(), "who says nothing is let go")
    a = part.answer()
    tap.ok(a.status == 408 and part.ended(), "half a head: 408", a)
    a = late.answer()
    tap.ok(a.status == 408 and late.ended(), "half a request: 408", a)
    tap.ok(done.ended(), "who asks no more is let go")
    drip = raw(s, "GET / HTTP/1.1\r\n")
    try:
        while not drip.data:
            drip.send("X: y\r\n")
            drip.sock.settimeout(0.05)
            try:
                drip._more()
            except TimeoutError:
                pass
        a = drip.answer()
    except (OSError, xmpp.Closed):
        a = None
    tap.ok(a is None or a.status in (408, 431),
           "bytes one by one do not put it off", a)
    greedy = raw(s, "GET /big HTTP/1.1\r\nHost: x\r\n\r\n" * 8)
    greedy.sock.settimeout(None)
    other = Http(s.http_port)
    tap.ok(other.ask("GET", "/app.js").status == 200,
           "who reads nothing holds nobody up")
    other.ended()
    Http(s.http_port).ended()           # so a whole --request-time went by
    n, data = 0, b"x"
    while data:
        try:
            data = greedy.sock.recv(1 << 20)
        except ConnectionError:
            data = b""
        n += len(data)
    tap.ok(n < 8 * (8 << 20), "and is let go", n)


def put(root, name, data):
    with open(os.path.join(root, name), "wb") as f:
        f.write(data)


with Server("--origin=https://good.example") as s:
    a = Http(s.http_port).ask("GET", "/")
    tap.ok(a.status == 404, "without --web-root there are no files", a)
    root = os.path.join(s.dir, "root")
    os.makedirs(os.path.join(root, "sub"))
    put(root, "index.html", b"<p>hello")
    put(root, "app.js", b"1 + 1")
    put(root, ".hidden", b"secret!")
    put(root, "sub/ä b.txt", b"x")
    put(root, "big", os.urandom(8 << 20))
    put(s.dir, "secret", b"secret!")
    os.symlink("../secret", os.path.join(root, "link"))
    os.symlink("..", os.path.join(root, "up"))
    tap.ok(s.stop() == 0, "the server ends in order")
    s.options = (f"--web-root={root}", "--origin=https://good.example")
    s.start()
    files(s, root)
    host_meta(s)
    cors(s)
    keeping(s)
    smuggling(s)
    bombs(s)
    s.stop()
    s.options = ("--web-root=/nowhere",)
    try:
        s.start()
        tap.ok(False, "a --web-root that is not there is said at start")
    except RuntimeError as error:
        tap.ok("/nowhere" in str(error),
               "a --web-root that is not there is said at start", error)
    s.options = (f"--web-root={root}", "--request-time=3s")
    s.start()
    slow(s)
    tap.ok(s.stop() == 0, "the server ends in order", s.log())
tap.done()
