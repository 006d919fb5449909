#!/usr/bin/python3
"""msg-stanza-dump --record: a session becomes a transcript, and the player
plays it against another server."""

import json
import os
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "../lib"))
import tap
import xmpp
from proxy import Proxy
from server import TOP, Server


class Client(xmpp.Stream):
    """Asks, waits, gives what the payload of the answer is."""

    early = []

    def ask(self, kind, name, payload, attrs="", number=[0]):
        number[0] += 1
        self.send(f"<iq type='{kind}' id='n{number[0]}'><{name} xmlns='urn:M'"
                  f"{attrs}>" + xmpp.b64(payload.encode())
                  + f"</{name}></iq>")
        got = self.next()
        while got.get("id") != f"n{number[0]}":
            self.early.append(got)
            got = self.next()
        text = got[0].text if got.get("type") == "result" else None
        return text and json.loads(xmpp.base64.b64decode(text))

    def told(self):
        """The next that is no answer, which may have come before one."""
        return self.early.pop(0) if self.early else self.next()


def session(port, server, who):
    c = Client(port, server.domain)
    c.connect(*who, "phone")
    return c


def play(*files):
    return subprocess.run([os.path.join(TOP, "tests/xmpp/play"), *files],
                          capture_output=True, text=True, cwd=TOP)


def record(server, file):
    context = server.context()
    admin = context["jid"].split("@")[0], context["password"]
    with Proxy(server.port, server.env, "--json", "--record", file) as proxy:
        a = session(proxy.port, server, admin)
        a.ask("set", "watch", "/news/*")
        a.ask("set", "item", '[{"method": "create", "data": {"_path":'
              ' "/news/x", "_kind": "Page", "title": "a{b} <&>"}}]')
        a.told()
        got = a.ask("get", "item", "/news/x")
        a.ask("set", "item", json.dumps([{"method": "save", "data": {
            "_key": got[0]["_key"], "_rev": got[0]["_rev"], "title": "é"}}]))
        a.told()
        a.ask("get", "item", "/[")
        a.ask("get", "log", "/news/x")
        a.ask("get", "status", "")
        a.ask("set", "user", '[{"method": "create", "data": {"name": "eve",'
              ' "password": "eve-secret", "roles": ["read:/"]}}]')
        a.send("<iq type='get' id='d1'><query xmlns='http://jabber.org/"
               "protocol/disco#info'/></iq>")
        a.next()
        e = session(proxy.port, server, ("eve", "eve-secret"))
        e.ask("get", "item", "//*/@title")
        e.send(f"<message to='{a.jid}' type='chat'><body>hi, "
               "{eve}\n</body></message>")
        a.next()
        a.send("<message")
        e.close()
        a.send(f" to='{server.domain}'/>")
        a.close()
        shown = proxy.stop()
        tap.ok(proxy.status == 0, "a session went through a proxy", shown)
        return shown


def main():
    with Server() as server:
        file = os.path.join(server.dir, "recorded.txt")
        shown = record(server, file)
        text = open(file, encoding="utf-8").read()
        tap.ok("Romeo connects as admin." in text
               and "Juliet connects as eve with password not-recorded." in text
               and text.count("disconnects.") == 2, "it is a play", text)
        tap.ok("secret" not in text + shown and "eve-" not in text,
               "without passwords", text)
        tap.ok('"_key": "{key' in text and "{romeo}" in text
               and "{domain}" in text, "what differs is a name", text)
        run = play(file)
        tap.ok(run.returncode == 0, "it is played against another server",
               run.stdout + run.stderr)
        broken = os.path.join(server.dir, "broken.txt")
        with open(broken, "w", encoding="utf-8") as f:
            f.write(open(file, encoding="utf-8").read().replace(
                '"title": "é"', '"title": "e"', 1))
        run = play(broken)
        tap.ok(run.returncode != 0, "and one that went otherwise is not",
               run.stdout)
        run = server.tool("msg-stanza-dump", "--record", file,
                          stdin="<iq id='1' type='get'/>")
        tap.ok(run.returncode == 5 and "nobody logged in" in run.stderr
               and not os.path.exists(file),
               "a session without a login is no play", run.stderr)
        login = ("WROTE: '<iq xmlns=\"jabber:client\" id=\"b\" type=\"result"
                 "\"><bind xmlns=\"urn:ietf:params:xml:ns:xmpp-bind\"><jid>"
                 "admin@x/a</jid></bind></iq>'\n")
        run = server.tool("msg-stanza-dump", "--record", file, stdin=login)
        tap.ok(run.returncode == 0 and os.path.exists(file),
               "lines of one connection are a play", run.stderr)
        run = server.tool("msg-stanza-dump", "--record", file,
                          stdin=2 * login)
        tap.ok(run.returncode == 5 and "several connections" in run.stderr
               and not os.path.exists(file), "of two they are not",
               run.stderr)
        run = server.tool("msg-stanza-dump", "--record", "/nowhere/x",
                          stdin="<iq/>")
        tap.ok(run.returncode == 6 and "--record: cannot create" in run.stderr,
               "a file that cannot be written is told", run.stderr)
    tap.done()


main()
