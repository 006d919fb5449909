#!/usr/bin/python3
"""msg-stanza-dump between clients and servers: STARTTLS, direct TLS and plain,
ours and others, many at once, slow ones, none there."""

import json
import os
import socket
import subprocess
import sys
import threading

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "../lib"))
import tap
import xmpp
from proxy import Proxy
from server import BIN, Server


def parsed(text):
    return [json.loads(x) for x in text.splitlines()]


def logs_in(server, port, how, cert=None):
    context = server.context()
    c = xmpp.Stream(port, server.domain, how == "direct", cert)
    c.connect(context["jid"].split("@")[0], context["password"], "test")
    c.send("<iq type='get' id='1'><item xmlns='urn:M'>L2Fib3V0</item></iq>")
    got = c.next()
    c.close()
    return got.get("type") == "result"


def starttls(server):
    with Proxy(server.port, server.env, "--json") as p:
        tap.ok(logs_in(server, p.port, "STARTTLS"), "STARTTLS")
        found = parsed(p.stop())
        tap.ok(p.status == 0, "Ctrl-C is a good end", p.said)
    told = [x["text"] for x in found if x["kind"] == "event"]
    tap.ok(any(x.startswith("TLS with the client: TLSv1.3") for x in told)
           and any(server.context()["pin"] in x for x in told),
           "TLS on both sides, the server's key is told", told)
    ways = [(x["direction"], x["kind"]) for x in found if x["kind"] != "event"]
    tap.ok(ways[0] == ("READ", "stream") and ways[-1] == ("WROTE", "end")
           and ("WROTE", "proceed") in ways, "both directions", ways)
    answer = [x for x in found if x.get("answers") == "get-item '/about'"]
    tap.ok(len(answer) == 1 and answer[0]["took_us"] > 0
           and answer[0]["conn"] == 1 and "time" in answer[0],
           "timed, with the request of an answer", answer)
    tap.ok("mechanism=" in str([x["xml"] for x in found if "xml" in x])
           and all("***" in x["xml"] for x in found
                   if x["kind"] in ("auth", "response")),
           "login data is masked", found)


def direct(server):
    cert, key = server.file("tls.crt"), server.file("tls.key")
    with Proxy(server.tls_port, server.env, "--short", "--cert", cert, "--key",
               key) as p:
        tap.ok(logs_in(server, p.port, "direct", cert),
               "TLS from the first byte, with a certificate given")
        tap.ok("get-item '/about'" in p.stop(), "is read", p.text)


def plain(server):
    """A client and a server of neither's making, in clear."""
    listener = socket.create_server(("127.0.0.1", 0))
    with Proxy(listener.getsockname()[1], server.env, "--raw") as p:
        client = socket.create_connection(("127.0.0.1", p.port))
        client.sendall(b"<iq id='1'/>")
        end, _ = listener.accept()
        tap.ok(end.recv(100) == b"<iq id='1'/>", "bytes pass as they are")
        end.sendall(b"<a>not well formed</b><iq id='2'/>\n \x01")
        got = b""
        while not got.endswith(b"\x01"):
            got += client.recv(100)
        tap.ok(got == b"<a>not well formed</b><iq id='2'/>\n \x01",
               "also what is malformed", got)
        end.close()
        tap.ok(client.recv(100) == b"", "the end passes, too")
        client.close()
        tap.ok(p.stop() == '<iq id="1"/>\n<iq id="2"/>\n'
               and p.status == 0, "what is no XML is the status of nobody",
               (p.text, p.status))


def drain(sock):
    while sock.recv(1 << 20):
        pass


def slow(server):
    """A client that does not read: the server is held up, not memory."""
    listener = socket.create_server(("127.0.0.1", 0))
    with Proxy(listener.getsockname()[1], server.env, "-q", "--short", "-f",
               "id=none") as p:
        client = socket.create_connection(("127.0.0.1", p.port))
        client.sendall(b" ")
        end, _ = listener.accept()
        end.settimeout(2)
        sent, chunk = 0, b"<message>" + b"x" * 60000 + b"</message>"
        try:
            while sent < 200 << 20:
                sent += end.send(chunk)
        except TimeoutError:
            pass
        with open(f"/proc/{p.process.pid}/status", encoding="ascii") as f:
            kb = int([x for x in f if x.startswith("VmRSS")][0].split()[1])
        tap.ok(sent < 100 << 20 and kb < 100 << 10,
               "a client that does not read holds up the server", (sent, kb))
        reader = threading.Thread(target=drain, args=(client,), daemon=True)
        reader.start()
        end.settimeout(30)
        end.close()
        reader.join(30)
        tap.ok(not reader.is_alive(), "and all comes when it does")


def many(server):
    with Proxy(server.port, server.env, "-q", "--short") as p:
        there = [socket.create_connection(("127.0.0.1", p.port))
                 for _ in range(110)]
        for s in there:
            s.settimeout(30)
        refused = sum(s.recv(1) == b"" for s in there[100:])
        tap.ok(refused == 10, "too many connections are refused", refused)
        for s in there:
            s.close()
        tap.ok(p.stop() is not None and p.status == 0
               and "there are too many" in p.said, "and that is told", p.said)


def nobody(server):
    taken = socket.socket()
    taken.bind(("127.0.0.1", 0))        # and nobody listens there
    with Proxy(taken.getsockname()[1], server.env) as p:
        client = socket.create_connection(("127.0.0.1", p.port))
        client.sendall(b"<x/>")
        tap.ok(client.recv(1) == b"", "no server: the client is let go")
        tap.ok("the server is gone: " in p.stop(), "it is told", p.text)
    for options, why in (
            (["--listen", "127.0.0.1:0"], "both --listen and --connect"),
            (["--listen", "x:y:z", "--connect", "a:1"], "x:y:z"),
            (["--listen", "127.0.0.1:0", "--connect", "a:1", "file"],
             "reads no files"),
            (["--cert", "x", "--listen", "a:1", "--connect", "a:1"],
             "go together"), (["--short", "--json"], "one of --short")):
        run = subprocess.run([os.path.join(BIN, "msg-stanza-dump"), *options],
                             capture_output=True, text=True, timeout=60,
                             stdin=subprocess.DEVNULL, env=server.env)
        tap.ok(run.returncode == 2 and why in run.stderr,
               f"unfit options: {why}", run.stderr)


def ours(server):
    with Proxy(server.port, server.env) as p:
        run = server.tool("msg-send", "--server", f"127.0.0.1:{p.port}",
                          "--pin", p.pin, "get-item", "/about/@name")
        tap.ok(run.stdout == '["about"]\n', "our clients, with its pin",
               run.stderr)
        context = server.context()
        c = xmpp.Stream(p.port, server.domain)
        c.open()
        c.starttls()
        c.open()
        try:
            c.login(context["jid"].split("@")[0], context["password"],
                    "SCRAM-SHA-256-PLUS")
            why = "was not"
        except xmpp.Refused as e:
            why = str(e)
        tap.ok(why == "not-authorized",
               "a login that is bound to the TLS connection is refused", why)
        c.sock.close()
        tap.ok("bound to this TLS connection" in p.stop()
               and "SASL: login refused: not-authorized" in p.text,
               "which is explained", p.text)


def main():
    with Server() as server:
        starttls(server)
        direct(server)
        plain(server)
        slow(server)
        many(server)
        nobody(server)
        ours(server)
    tap.done()


main()
