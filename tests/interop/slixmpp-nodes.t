#!/usr/bin/python3
"""slixmpp's own plugins for pubsub (XEP-0060), result sets (0059), ad-hoc
commands (0050), forms (0004), discovery (0030) and capabilities (0115), which
know nothing of us: the tree without one element of urn:M."""

import asyncio
import json
import logging
import os
import sys
from xml.etree import ElementTree as ET

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "../lib"))
logging.disable()       # of optional modules
import slixmpp
import tap
from slixmpp.plugins.xep_0059 import Set
from slixmpp.plugins.xep_0060.stanza import Pubsub
from server import Server

JSON = "{urn:xmpp:json:0}json"
WAIT = 60
# It pages by this, but does not say so.
slixmpp.xmlstream.register_stanza_plugin(Pubsub, Set)
PLUGINS = ("xep_0004", "xep_0030", "xep_0050", "xep_0059", "xep_0060",
           "xep_0115")


def payload(data):
    element = ET.Element(JSON)
    element.text = json.dumps(data)
    return element


def read(item):
    return json.loads(item.xml.find(JSON).text)


class Client(slixmpp.ClientXMPP):
    """Logged in with a resource when ready is done; its pubsub events in the
    order they came."""

    def __init__(self, server, jid, password):
        super().__init__(jid, password)
        self.ca_certs = server.file("tls.crt")
        for plugin in PLUGINS:
            self.register_plugin(plugin)
        self.ready = asyncio.get_event_loop().create_future()
        self.events = asyncio.Queue()
        self.caps = asyncio.Queue()
        self.add_event_handler("entity_caps",
                               lambda p: self.caps.put_nowait(p["caps"]))
        self.add_event_handler("session_start",
                               lambda _: self.ready.set_result(True))
        for name in ("publish", "retract"):
            self.add_event_handler(
                f"pubsub_{name}",
                lambda message, name=name: self.events.put_nowait(
                    (name, message["pubsub_event"]["items"])))
        self.connect(("127.0.0.1", server.tls_port), use_ssl=True)

    async def next_event(self):
        return await asyncio.wait_for(self.events.get(), WAIT)


async def pubsub(client, service):
    plugin = client["xep_0060"]
    nodes = await plugin.get_nodes(service, "/")
    tap.ok({i[1] for i in nodes["disco_items"]["items"]} ==
           {"/about", "/more", "/news"}, "discovery walks the nodes", nodes)
    answer = await plugin.subscribe(service, "/news")
    tap.ok(answer["pubsub"]["subscription"]["subscription"] == "subscribed",
           "subscribes to a folder", answer)
    answer = await plugin.get_subscriptions(service)
    tap.ok([s["node"] for s in answer["pubsub"]["subscriptions"]] ==
           ["/news"], "and is told of it", answer)

    answer = await plugin.get_items(service, "/news")
    items = list(answer["pubsub"]["items"])
    tap.ok([i["id"] for i in items] ==
           ["article-1", "article-2", "article-3"] and
           read(items[0])["title"] == "Article 1",
           "items come with their payloads", answer)
    ask = client.make_iq_get(ito=service)
    ask["pubsub"]["items"]["node"] = "/news"
    pages = client["xep_0059"].iterate(ask, "pubsub", amount=2)
    seen = [[i["id"] for i in page["pubsub"]["items"]]
            async for page in pages]
    tap.ok(seen == [["article-1", "article-2"], ["article-3"]],
           "and by pages", seen)

    await plugin.publish(service, "/news", id="article-1",
                         payload=payload({"title": "Überschrift <&>"}))
    what, items = await client.next_event()
    tap.ok(what == "publish" and items["node"] == "/news" and
           read(items["item"])["title"] == "Überschrift <&>",
           "what is published comes back as an event", items)
    answer = await plugin.publish(
        service, "/news",
        payload=payload({"_kind": "Page", "title": "Late News"}))
    tap.ok(answer["pubsub"]["publish"]["item"]["id"] == "late-news",
           "the service gives a new item its id", answer)
    await client.next_event()
    await plugin.retract(service, "/news", "late-news", notify=True)
    what, items = await client.next_event()
    tap.ok(what == "retract" and items["retract"]["id"] == "late-news",
           "and tells that it is gone", items)
    try:
        await plugin.publish(service, "/news", id="article-1",
                             payload=ET.Element("{urn:example}other"))
        tap.ok(False, "another payload is refused")
    except slixmpp.exceptions.IqError as e:
        tap.ok(e.condition == "bad-request" and e.iq.xml.find(
            ".//{http://jabber.org/protocol/pubsub#errors}invalid-payload")
            is not None, "another payload is refused", e)

    await plugin.create_node(service, "/feed")
    config = await plugin.get_node_config(service, "/feed")
    form = config["pubsub_owner"]["configure"]["form"]
    tap.ok(form.get_values()["pubsub#type"] == "Folder",
           "a node is created, a folder", form)
    form = client["xep_0004"].make_form("submit")
    form.add_field("pubsub#title", value="The Feed")
    await plugin.set_node_config(service, "/feed", form)
    info = await client["xep_0030"].get_info(service, "/feed")
    tap.ok({(i[1], i[3]) for i in info["disco_info"]["identities"]} ==
           {("collection", "The Feed"), ("leaf", "The Feed")},
           "configured", info)
    await plugin.publish(service, "/feed", id="entry",
                         payload=payload({"_kind": "Page"}))
    await plugin.purge(service, "/feed")
    answer = await plugin.get_items(service, "/feed")
    tap.ok(not list(answer["pubsub"]["items"]), "filled, purged", answer)
    await plugin.delete_node(service, "/feed")
    try:
        await plugin.get_items(service, "/feed")
        tap.ok(False, "and deleted")
    except slixmpp.exceptions.IqError as e:
        tap.ok(e.condition == "item-not-found", "and deleted", e)
    await plugin.unsubscribe(service, "/news")
    answer = await plugin.get_subscriptions(service)
    tap.ok(not list(answer["pubsub"]["subscriptions"]),
           "the subscription is ended", answer)


async def command(client, service, node, **fields):
    """One step or two: {"form": fields, ...} of each, then the last answer."""
    plugin = client["xep_0050"]
    answer = await plugin.send_command(service, node, action="execute")
    return await go_on(client, service, answer, fields)


async def go_on(client, service, answer, fields):
    form = client["xep_0004"].make_form("submit")
    for name, value in fields.items():
        form.add_field(name, value=value)
    asked = answer["command"]
    return await client["xep_0050"].send_command(
        service, asked["node"], sessionid=asked["sessionid"],
        action="complete" if "complete" in asked["actions"] else "next",
        payload=form)


async def adhoc(client, service):
    listed = await client["xep_0050"].get_commands(service)
    names = {i[1] for i in listed["disco_items"]["items"]}
    tap.ok({"get-item", "set-item", "get-log", "set-user"} <= names,
           "every command is listed", names)
    answer = await command(client, service, "get-item",
                           argument="/news/article-2")
    values = answer["command"]["form"].get_values()
    tap.ok(answer["command"]["status"] == "completed" and
           values["title"] == "Article 2", "get-item by a form", values)
    answer = await command(client, service, "get-item", argument="/news/*")
    items = answer["command"]["form"]["items"]
    tap.ok([i["name"] for i in items] ==
           ["article-1", "article-2", "article-3"],
           "several items are a table", items)

    answer = await command(client, service, "set-item", method="save",
                           path="/news/article-2", message="by slixmpp")
    form = answer["command"]["form"]
    tap.ok(answer["command"]["status"] == "executing" and
           form.get_fields()["title"]["required"] and
           form.get_values()["title"] == "Article 2",
           "the kind's schema is a form", form)
    answer = await go_on(client, service, answer,
                         {"title": "Two", "description": "a\nb"})
    values = answer["command"]["form"].get_values()
    tap.ok(answer["command"]["status"] == "completed" and
           values["title"] == "Two", "that changes the item", answer)
    answer = await command(client, service, "get-log",
                           argument="/news/article-2", max="1")
    values = answer["command"]["form"].get_values()
    tap.ok(values["message"] == "by slixmpp", "as the log says", values)
    answer = await command(client, service, "get-item", argument="/[")
    tap.ok(answer["command"]["status"] == "executing" and
           answer["command"]["notes"][0][0] == "error",
           "a mistake is a note above the form", answer)


async def capabilities(client, service):
    caps = await asyncio.wait_for(client.caps.get(), WAIT)
    info = await client["xep_0030"].get_info(
        service, f"{caps['node']}#{caps['ver']}")
    tap.ok(client["xep_0115"].generate_verstring(
        info["disco_info"], caps["hash"]) == caps["ver"],
        "the hash in the stream's features is that of the answer", caps)


async def talk(server):
    context = server.context()
    client = Client(server, context["jid"] + "/nodes", context["password"])
    await asyncio.wait_for(client.ready, WAIT)
    service = client.boundjid.domain
    await pubsub(client, service)
    await adhoc(client, service)
    await capabilities(client, service)
    client.disconnect()


with Server("--contact=mailto:friar@example.org") as s:
    try:
        asyncio.get_event_loop_policy().get_event_loop()
        asyncio.get_event_loop().run_until_complete(talk(s))
    except Exception as error:
        tap.ok(False, f"{type(error).__name__}: {error}", s.log())
tap.done()
