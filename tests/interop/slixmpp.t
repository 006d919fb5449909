#!/usr/bin/python3
"""slixmpp, a client library that we did not write: STARTTLS and direct TLS,
SCRAM, commands as IQs, an event as a message."""

import asyncio
import base64
import json
import logging
import os
import sys
from xml.etree import ElementTree as ET

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "../lib"))
logging.disable()       # of optional modules, and of logins that are to fail
import slixmpp
import tap
from server import Server

M = "urn:M"
WAIT = 60


class Client(slixmpp.ClientXMPP):
    def __init__(self, server, jid, password, scram=False):
        super().__init__(jid, password)
        self.ca_certs = server.file("tls.crt")
        if scram:
            self._scram_alone()
        self.register_plugin("xep_0030")
        self.register_plugin("xep_0199")
        self.events = asyncio.Queue()
        self.ended = asyncio.get_event_loop().create_future()
        self.register_handler(slixmpp.xmlstream.handler.Callback(
            "event", slixmpp.xmlstream.matcher.MatchXPath(
                f"{{jabber:client}}message/{{{M}}}event"),
            lambda stanza: self.events.put_nowait(stanza.xml)))
        self.add_event_handler("disconnected", self._disconnected)

    def _scram_alone(self):
        """SCRAM as by a library that knows no channel binding: this one
        knows tls-unique alone, which TLS 1.3 has not."""
        sasl = self["feature_mechanisms"]
        usual = sasl.sasl_callback
        sasl.use_mechs = {"SCRAM-SHA-256"}
        sasl.sasl_callback = lambda required, optional: {
            **usual(required, optional), "channel_binding": None}

    def _disconnected(self, reason):
        if not self.ended.done():
            self.ended.set_result(reason)

    async def ready(self, port, direct):
        """True when logged in, with a resource."""
        done = asyncio.get_event_loop().create_future()

        def tell(value):
            return lambda *unused: done.done() or done.set_result(value)
        self.add_event_handler("session_start", tell(True))
        self.add_event_handler("failed_all_auth", tell(False))
        self.add_event_handler("ssl_invalid_chain", tell(False))
        self.connect(("127.0.0.1", port), use_ssl=direct,
                     force_starttls=not direct)
        return await asyncio.wait_for(done, WAIT)

    async def command(self, kind, name, argument, **attributes):
        """(the answer's element, its decoded payload)"""
        iq = self.make_iq(ito=self.boundjid.domain, itype=kind)
        child = ET.Element(f"{{{M}}}{name}", attributes)
        child.text = base64.b64encode(argument.encode()).decode()
        iq.append(child)
        answer = await iq.send(timeout=WAIT)
        element = answer.xml[0]
        text = base64.b64decode(element.text or "").decode()
        return element, json.loads(text) if text else None


async def talk(server):
    context = server.context()
    first = Client(server, context["jid"] + "/slixmpp", context["password"],
                   scram=True)
    if not tap.ok(await first.ready(server.port, False),
                  "logs in over STARTTLS"):
        return
    tap.ok(first["feature_mechanisms"].mech.name == "SCRAM-SHA-256",
           "with SCRAM", first["feature_mechanisms"].mech.name)
    tap.ok(first.boundjid.resource == "slixmpp",
           "and gets the resource it asks for", first.boundjid)
    info = await first["xep_0030"].get_info(jid=first.boundjid.domain)
    tap.ok(M in info["disco_info"]["features"],
           "disco#info tells of urn:M", info)
    tap.ok(await first["xep_0199"].ping(jid=first.boundjid.domain)
           is not None, "ping is answered")

    _, items = await first.command("get", "item", "/news/*")
    tap.ok([i["_path"] for i in items] ==
           [f"/news/article-{n}" for n in (1, 2, 3)], "get-item", items)

    second = Client(server, context["jid"] + "/other", context["password"])
    tap.ok(await second.ready(server.tls_port, True),
           "logs in over TLS from the first byte, as it comes")
    element, _ = await second.command("set", "watch", "/news/*")
    tap.ok(element.get("watch"), "set-watch", ET.tostring(element))

    _, items = await first.command("set", "item", json.dumps([
        {"method": "save",
         "data": {"_path": "/news/article-2", "title": "Überschrift <&>"}}]))
    tap.ok(items[0]["title"] == "Überschrift <&>", "set-item", items)
    event = await asyncio.wait_for(second.events.get(), WAIT)
    changes = json.loads(base64.b64decode(event[0].text))
    tap.ok(changes[0]["_path"] == "/news/article-2" and
           changes[0]["item"]["title"] == "Überschrift <&>",
           "the other one receives the event", changes)
    try:
        await first.command("get", "item", "/[")
        tap.ok(False, "an error is one")
    except slixmpp.exceptions.IqError as e:
        tap.ok(e.condition == "bad-request" and e.text,
               "an error is one, with its text", e)
    wrong = Client(server, context["jid"], "wrong")
    tap.ok(not await wrong.ready(server.port, False),
           "a wrong password is refused")
    for client in (first, second):
        client.disconnect()
        await asyncio.wait_for(client.ended, WAIT)
    tap.ok(True, "the streams end in order")


with Server() as s:
    try:
        asyncio.get_event_loop_policy().get_event_loop()
        asyncio.get_event_loop().run_until_complete(talk(s))
    except Exception as error:
        tap.ok(False, f"{type(error).__name__}: {error}", s.log())
tap.done()
