#!/usr/bin/python3
"""aioxmpp, a client library that we did not write: STARTTLS and direct TLS,
SCRAM, commands as IQs, an event as a message, disco and ping."""

import asyncio
import base64
import json
import logging
import os
import sys
import warnings

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "../lib"))
warnings.simplefilter("ignore")
logging.disable()
import aioxmpp
import aioxmpp.connector
import aioxmpp.xso
import steps
import tap
from server import Server

M = "urn:M"
WAIT = 60


class Command(aioxmpp.xso.XSO):
    text = aioxmpp.xso.Text(default="")

    def __init__(self, text=""):
        super().__init__()
        self.text = base64.b64encode(text.encode()).decode()

    def json(self):
        return json.loads(base64.b64decode(self.text))


@aioxmpp.IQ.as_payload_class
class Item(Command):
    TAG = (M, "item")
    UNKNOWN_ATTR_POLICY = aioxmpp.xso.UnknownAttrPolicy.DROP


@aioxmpp.IQ.as_payload_class
class Watch(Command):
    TAG = (M, "watch")
    UNKNOWN_ATTR_POLICY = aioxmpp.xso.UnknownAttrPolicy.DROP


class Event(Command):
    TAG = (M, "event")
    UNKNOWN_ATTR_POLICY = aioxmpp.xso.UnknownAttrPolicy.DROP


aioxmpp.Message.m_event = aioxmpp.xso.Child([Event])


def client_of(s, port, connector, resource):
    c = s.context()
    return aioxmpp.PresenceManagedClient(
        aioxmpp.JID.fromstr(f"{c['jid']}/{resource}"),
        aioxmpp.make_security_layer(c["password"], no_verify=True),
        override_peer=[("127.0.0.1", port, connector)])


async def ask(client, kind, payload):
    iq = aioxmpp.IQ(type_=kind, payload=payload)
    return await asyncio.wait_for(client.send(iq), WAIT)


async def talk(s, tls, port, connector):
    proxy = steps.Proxy(port)
    client = client_of(s, proxy.port, connector, f"aioxmpp-{tls}")
    events, resumed = asyncio.Queue(), asyncio.Event()
    get, put = aioxmpp.IQType.GET, aioxmpp.IQType.SET
    title = f"Äpfel aus aioxmpp, {tls}"
    disco = client.summon(aioxmpp.DiscoClient)
    client.stream.service_inbound_message_filter.register(
        lambda m: events.put_nowait(m.m_event) if m.m_event else m, 1)
    client.on_stream_resumed.connect(resumed.set)
    async with client.connected() as stream:
        tap.ok(str(client.local_jid).endswith(f"/aioxmpp-{tls}"),
               f"{tls}: logs in, with its resource", client.local_jid)
        info = await asyncio.wait_for(disco.query_info(
            client.local_jid.replace(localpart=None, resource=None)), WAIT)
        tap.ok(M in info.features, f"{tls}: disco#info tells of urn:M",
               info.features)
        got = (await ask(client, get, Item("/news/article-1"))).json()
        tap.ok(got[0]["_path"] == "/news/article-1", f"{tls}: get-item", got)
        await ask(client, put, Watch("/news/*"))
        got = (await ask(client, put, Item(json.dumps([
            {"method": "save", "data": {"_path": "/news/article-1",
                                        "title": title}}])))).json()
        tap.ok(got[0]["title"] == title, f"{tls}: set-item", got)
        event = (await asyncio.wait_for(events.get(), WAIT)).json()
        tap.ok(event[0]["item"]["title"] == title,
               f"{tls}: receives the event", event)
        try:
            await ask(client, get, Item("/["))
            tap.ok(False, f"{tls}: an error is one")
        except aioxmpp.errors.XMPPError as e:
            tap.ok("bad-request" in str(e), f"{tls}: an error is one", e)
        if stream.sm_enabled:
            await asyncio.wait_for(resume(client, proxy, events, resumed,
                                          tls), WAIT)
    tap.ok(not client.established, f"{tls}: the stream ends in order")
    proxy.close()


async def resume(client, proxy, events, resumed, tls):
    """What happens while the connection is cut comes after it."""
    other = f"while it was cut, {tls}"
    proxy.cut(reset=True)
    got = (await ask(client, aioxmpp.IQType.SET, Item(json.dumps([
        {"method": "save", "data": {"_path": "/news/article-2",
                                    "title": other}}])))).json()
    await resumed.wait()
    event = (await events.get()).json()
    tap.ok(got[0]["title"] == other and event[0]["item"]["title"] == other,
           f"{tls}: cut off, it resumes and loses nothing", event)


async def restarted(s):
    """The server ends and begins again: the session is gone, which it says;
    what was asked for meanwhile is done once, in another one."""
    client = client_of(s, s.port, aioxmpp.connector.STARTTLSConnector(),
                       "aioxmpp-again")
    begun, gone = asyncio.Queue(), asyncio.Queue()
    client.on_stream_established.connect(lambda: begun.put_nowait(True))
    client.on_stream_destroyed.connect(lambda *_: gone.put_nowait(True))
    run = asyncio.get_event_loop().run_in_executor
    async with client.connected() as stream:
        await asyncio.wait_for(begun.get(), WAIT)
        counted = stream.sm_enabled
        ended = await run(None, s.stop)
        late = asyncio.ensure_future(ask(client, aioxmpp.IQType.SET, Item(
            json.dumps([{"method": "create", "data": {
                "_path": "/late", "_kind": "Page"}}]))))
        await asyncio.wait_for(gone.get(), WAIT)
        await run(None, s.start)
        await asyncio.wait_for(begun.get(), WAIT)
        got = (await late).json()
        tap.ok(counted and ended == 0 and got[0]["_path"] == "/late",
               "a restart: it begins anew, and loses nothing", got)


with Server() as s:
    try:
        loop = asyncio.get_event_loop_policy().get_event_loop()
        for tls, port, connector in (
                ("starttls", s.port, aioxmpp.connector.STARTTLSConnector()),
                ("direct", s.tls_port,
                 aioxmpp.connector.XMPPOverTLSConnector())):
            loop.run_until_complete(talk(s, tls, port, connector))
        loop.run_until_complete(restarted(s))
    except Exception as error:
        tap.ok(False, f"{type(error).__name__}: {error}", s.log())
tap.done()
