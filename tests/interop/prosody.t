#!/usr/bin/python3
"""msg-send and msg-watch through another XMPP server: accounts of Prosody, and
the service at an address there.  A bot has that address; it hands on what it
is asked to a stream of its own to msg-serve, and what that says back."""

import asyncio
import copy
import json
import logging
import os
import subprocess
import sys
import threading

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "../lib"))
logging.disable()
import slixmpp
import tap
from prosody import Prosody
from server import BIN, Server
from slixmpp.xmlstream.handler import Callback
from slixmpp.xmlstream.matcher import MatchXPath

M = "urn:M"
WAIT = 60
ACCOUNTS = {"romeo": "wherefore art thou", "service": "what's in a name"}
SERVICE = "service@localhost/msg"


class Stream(slixmpp.ClientXMPP):
    def __init__(self, jid, password, ca):
        super().__init__(jid, password)
        self.ca_certs = ca
        self["feature_mechanisms"].use_mechs = {"SCRAM-SHA-1", "PLAIN"}

    async def ready(self, port):
        done = asyncio.get_event_loop().create_future()
        self.add_event_handler("session_start", lambda _: done.set_result(1))
        self.connect(("127.0.0.1", port))
        await asyncio.wait_for(done, WAIT)


class Bot:
    """Commands of anybody go to the server, answers and events come back."""

    def __init__(self, here, there):
        self.here, self.there = here, there
        self.asker = None
        for name in "item", "watch", "log", "schema", "status":
            here.register_handler(Callback(name, MatchXPath(
                f"{{jabber:client}}iq/{{{M}}}{name}"), self.asked))
        there.register_handler(Callback(
            "event", MatchXPath(f"{{jabber:client}}message/{{{M}}}event"),
            self.told))

    def asked(self, iq):
        if iq["type"] in ("get", "set"):
            asyncio.ensure_future(self.ask(iq))

    async def ask(self, iq):
        self.asker = iq["from"]
        ask = self.there.make_iq(id=self.there.new_id(),
                                 ito=self.there.boundjid.domain,
                                 itype=iq["type"])
        ask.append(copy.deepcopy(iq.xml[0]))
        try:
            answer = await ask.send(timeout=WAIT)
        except slixmpp.exceptions.IqError as refused:
            answer = refused.iq
        back = self.here.make_iq(id=iq["id"], ito=iq["from"],
                                 itype=answer["type"])
        for child in answer.xml:
            back.append(copy.deepcopy(child))
        back.send()

    def told(self, message):
        event = self.here.make_message(mto=self.asker, mtype="headline")
        for child in message.xml:
            event.append(copy.deepcopy(child))
        event.send()


class Service:
    """The bot in a thread of its own."""

    def __init__(self, server, prosody, ca):
        self.server, self.prosody, self.ca = server, prosody, ca
        self.up, self.loop = threading.Event(), None
        self.thread = threading.Thread(target=self._run, daemon=True)

    def _run(self):
        asyncio.set_event_loop(asyncio.new_event_loop())
        self.loop = asyncio.get_event_loop()
        self.loop.run_until_complete(self._main())

    async def _main(self):
        self.end = self.loop.create_future()
        context = self.server.context()
        there = Stream(context["jid"] + "/bot", context["password"], self.ca)
        here = Stream(SERVICE, ACCOUNTS["service"], self.ca)
        Bot(here, there)
        await there.ready(self.server.port)
        await here.ready(self.prosody.port)
        self.up.set()
        await self.end
        await asyncio.wait([here.disconnect(), there.disconnect()],
                           timeout=WAIT)
        for task in asyncio.all_tasks(self.loop):
            if task is not asyncio.current_task():
                task.cancel()

    def __enter__(self):
        self.thread.start()
        if not self.up.wait(WAIT):
            raise RuntimeError("the bot does not come up")
        return self

    def __exit__(self, *unused):
        self.loop.call_soon_threadsafe(self.end.set_result, None)
        self.thread.join(WAIT)


def talk(server, how, options):
    def run(tool, *words, **more):
        return subprocess.run([os.path.join(BIN, tool), *options, *words],
                              env=server.env, capture_output=True, text=True,
                              timeout=WAIT, **more)

    def send(*words, **more):
        return run("msg-send", "--to", SERVICE, *words, **more)

    def ok(passed, name, why):
        tap.ok(passed, how + name, why)

    got = send("-r", "get", "/about/@name")
    ok(got.stdout == "about\n", "a query", got.stderr)
    got = send("--field", "title", "save", "/about", "title=By Prosody")
    ok(got.stdout == "By Prosody\n", "a change", got.stderr)
    got = send("get", "/[")
    ok(got.returncode == 1 and "bad-request (syntax)" in got.stderr,
       "a refusal comes through whole", got.stderr)
    got = send(input="get /about/@name\n" * 200)
    ok(got.stdout == '["about"]\n' * 200, "a pipe", got.stderr)
    got = send("--format", "text", "diff", "/about")
    ok('+ title: "By Prosody"' in got.stdout,
       "what takes several requests", got.stderr)
    got = send("--check")
    ok(got.returncode == 0 and "\nrequest " in got.stdout, "--check",
       got.stderr)
    got = run("msg-send", "--to", "nobody@localhost/x", "get", "/")
    ok(got.returncode == 1 and "service-unavailable" in got.stderr,
       "nobody has that address", got.stderr)
    got = run("msg-send", "get", "/")
    ok(got.returncode == 1 and "service-unavailable" in got.stderr,
       "without --to the other server is asked, which has no such thing",
       got.stderr)
    watch = subprocess.Popen(
        [os.path.join(BIN, "msg-watch"), *options, "--to", SERVICE, "--count",
         "1", "--from", "1", "/about"], env=server.env, text=True,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        stdin=subprocess.DEVNULL)
    out, err = watch.communicate(timeout=WAIT)
    ok(watch.returncode == 0 and json.loads(out)["changes"],
       "msg-watch", out + err)


def main():
    with Server() as server:
        ca, key = server.file("tls.crt"), server.file("tls.key")
        where = os.path.join(server.dir, "prosody")
        password = os.path.join(server.dir, "romeo")
        with open(os.open(password, os.O_WRONLY | os.O_CREAT, 0o600),
                  "w") as f:
            f.write(ACCOUNTS["romeo"] + "\n")
        with Prosody(where, ca, key, ACCOUNTS) as prosody:
            with Service(server, prosody, ca):
                for direct in False, True:
                    port = prosody.tls_port if direct else prosody.port
                    talk(server, "direct TLS: " * direct, ["--server", f"localhost:{port}", "--jid",
                                  "romeo@localhost", "--cacert", ca,
                                  "--password-file", password,
                                  *["--direct-tls"] * direct])
    tap.done()


main()
