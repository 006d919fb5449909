#!/usr/bin/python3
"""nbxmpp, Gajim's library: STARTTLS, direct TLS and WebSocket, SCRAM,
commands as IQs, an event as a message."""

import base64
import json
import logging
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "../lib"))
logging.disable()
from gi.repository import GLib
from nbxmpp.client import Client
from nbxmpp.const import ConnectionProtocol, ConnectionType
from nbxmpp.protocol import Iq, isResultNode
from nbxmpp.structs import StanzaHandler
import steps
import tap
from server import Server

M = "urn:M"
WAIT = 60


class Talk:
    """One connection; a generator says what happens next."""

    def __init__(self, s, name, where, protocol, kind, cut):
        c = s.context()
        self.loop = GLib.MainLoop()
        self.name, self.cut = name, cut
        self.jid = f"{c['jid']}/nbxmpp-{name}"
        self.client = Client(log_context=name)
        self.client.set_domain("localhost")
        self.client.set_username(c["jid"].split("@")[0])
        self.client.set_resource(f"nbxmpp-{name}")
        self.client.set_password(c["password"])
        self.client.set_custom_host(where, protocol, kind)
        self.client.set_ignore_tls_errors(True)
        for signal in ("connected", "resume-successful", "resume-failed",
                       "disconnected", "connection-failed"):
            self.client.subscribe(signal, self._signal)
        self.client.register_handler(StanzaHandler(
            name="message", ns=M, callback=self._message))
        self.events, self.failed = [], None
        self.last = None
        self.script = self._script()
        self.waiting = next(self.script)

    def run(self):
        timer = GLib.timeout_add_seconds(WAIT, self.loop.quit)
        self.client.connect()
        self.loop.run()
        GLib.source_remove(timer)

    def _step(self, what, value):
        if what == "event" and self.waiting != "event":
            self.events.append(value)
            return
        if what != self.waiting:
            tap.ok(False, f"{self.name}: {what}, not {self.waiting}", value)
            self.loop.quit()
            return
        try:
            self.waiting = self.script.send(value)
            while self.waiting == "event" and self.events:
                self.waiting = self.script.send(self.events.pop(0))
        except StopIteration:
            self.loop.quit()

    def _signal(self, _client, signal, *unused):
        self._step(signal, self.client.get_error())

    def _message(self, _client, stanza, _properties):
        event = stanza.getTag("event", namespace=M)
        if event is not None:
            self._step("event", json.loads(base64.b64decode(event.getData())))

    def _ask(self, kind, name, text):
        iq = Iq(kind)
        iq.addChild(name, namespace=M).setData(
            base64.b64encode(text.encode()).decode())
        self.client.send_stanza(iq, callback=self._answer)

    def _answer(self, _client, stanza):
        data = stanza.getChildren()[0].getData() or ""
        self._step("answer", json.loads(base64.b64decode(data))
                   if isResultNode(stanza) and data else str(stanza))

    def _save(self, path, title):
        self._ask("set", "item", json.dumps([
            {"method": "save", "data": {"_path": path, "title": title}}]))

    def _script(self):
        name, title = self.name, f"Äpfel aus nbxmpp, {self.name}"
        yield "connected"
        tap.ok(str(self.client.get_bound_jid()) == self.jid,
               f"{name}: logs in", self.client.get_bound_jid())
        self._ask("get", "item", "/news/article-1")
        got = yield "answer"
        tap.ok(got[0]["_path"] == "/news/article-1", f"{name}: get-item", got)
        self._ask("set", "watch", "/news/*")
        yield "answer"
        self._save("/news/article-1", title)
        got = yield "answer"
        tap.ok(got[0]["title"] == title, f"{name}: set-item", got)
        event = yield "event"
        tap.ok(event[0]["item"]["title"] == title,
               f"{name}: receives the event", event)
        if self.client.sm_supported and self.client.resumeable:
            self.cut()
            yield "disconnected"
            self.client.connect()
            yield "resume-successful"
            self._save("/news/article-2", title)
            yield "answer"
            event = yield "event"
            tap.ok(event[0]["item"]["title"] == title,
                   f"{name}: cut off, it resumes and its watch is there",
                   event)
        self.client.disconnect()
        yield "disconnected"
        tap.ok(True, f"{name}: the stream ends in order")


with Server() as s:
    for name, port, protocol, kind in (
            ("starttls", s.port, ConnectionProtocol.TCP,
             ConnectionType.START_TLS),
            ("direct", s.tls_port, ConnectionProtocol.TCP,
             ConnectionType.DIRECT_TLS),
            ("wss", s.https_port, ConnectionProtocol.WEBSOCKET,
             ConnectionType.DIRECT_TLS)):
        proxy = steps.Proxy(port)
        where = f"127.0.0.1:{proxy.port}"
        if name == "wss":
            where = f"wss://localhost:{proxy.port}/xmpp-websocket"
        talk = Talk(s, name, where, protocol, kind, proxy.cut)
        talk.run()
        tap.ok(talk.script.gi_frame is None, f"{name}: all of it",
               f"waiting for {talk.waiting}\n{s.log()}")
        proxy.close()
tap.done()
