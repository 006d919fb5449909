#!/usr/bin/python3
"""Exactly one answer to every IQ, whatever it asks and whom: the namespaces
that clients use, asked well and badly, of everybody there is.  What is not
asked is not answered."""

import itertools
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "../lib"))
import tap
import xmpp
from server import Server

# A command, which is done when all before it are.
LAST = "<iq type='get' id='last'><status xmlns='urn:M'/></iq>"
PUBSUB = "http://jabber.org/protocol/pubsub"
FORM = ("<x xmlns='jabber:x:data' type='submit'><field var='argument'>"
        "<value>{0}</value></field><field var='method'><value>{0}</value>"
        "</field><field/><field var='path'><value>/about</value></field></x>")
CHILDREN = [
    "<{0} xmlns='{1}'/>".format(*c.split()) for c in (
        "ping urn:xmpp:ping",
        "query http://jabber.org/protocol/disco#info",
        "query http://jabber.org/protocol/disco#items",
        "query jabber:iq:version", "time urn:xmpp:time",
        "query jabber:iq:roster", "query jabber:iq:private",
        "query jabber:iq:register", "query jabber:iq:auth",
        "query jabber:iq:last", "query jabber:iq:privacy",
        "vCard vcard-temp", "blocklist urn:xmpp:blocking",
        "block urn:xmpp:blocking", "unblock urn:xmpp:blocking",
        "session urn:ietf:params:xml:ns:xmpp-session",
        "bind urn:ietf:params:xml:ns:xmpp-bind", "enable urn:xmpp:carbons:2",
        "query urn:xmpp:mam:2", "command http://jabber.org/protocol/commands",
        "pubsub " + PUBSUB, "pubsub " + PUBSUB + "#owner",
        "item urn:M", "log urn:M", "status urn:M", "watch urn:M",
        "nothing urn:M", "x urn:example")
] + [
    f"<query xmlns='http://jabber.org/protocol/disco#{what}' node='{node}'/>"
    for what in ("info", "items")
    for node in ("/", "/news", "/about", "/none", "//", "/ ", "/&apos;",
                 "urn:M#", "get-item", "http://jabber.org/protocol/commands")
] + [
    f"<pubsub xmlns='{PUBSUB}{ns}'><{verb}{node}>{inner}</{verb}>"
    f"<set xmlns='http://jabber.org/protocol/rsm'>{page}</set></pubsub>"
    for ns, verb in (("", "items"), ("", "publish"), ("", "retract"),
                     ("", "subscribe"), ("", "unsubscribe"),
                     ("", "subscriptions"), ("", "affiliations"),
                     ("#owner", "configure"), ("#owner", "purge"))
    for node in ("", " node='/news'", " node='/none'", " node='x'")
    for inner, page in (("", ""), ("<item/>", "<max>x</max>"),
                        ("<item id='a/'/>", "<after>a</after>"),
                        ("<item id='a'><json xmlns='urn:xmpp:json:0'>[]"
                         "</json></item>", "<index>-1</index>"))
] + [
    f"<command xmlns='http://jabber.org/protocol/commands' node='{node}'"
    f"{session} action='{action}'>{form}</command>"
    for node in ("get-item", "set-branch", "get-status", "none")
    for session in ("", " sessionid='x'")
    for action in ("execute", "next", "prev", "cancel", "dance")
    for form in ("", FORM.format("create"), FORM.format("/["),
                 "<x xmlns='jabber:x:data' type='cancel'/>",
                 "<x xmlns='jabber:x:data'/>")
] + ["", "<a xmlns='urn:a'/><b xmlns='urn:b'/>", "text"]


def answers(stream, asked):
    """How often each id was answered, and what else came."""
    seen, other = dict.fromkeys(asked, 0), []
    while True:
        got = stream.next()
        if got.get("id") == "last":
            return seen, other
        if got.tag == f"{{{xmpp.CLIENT}}}iq" and got.get("id") in seen and \
                got.get("type") in ("result", "error"):
            seen[got.get("id")] += 1
        else:
            other.append(xmpp.ET.tostring(got, "unicode"))


def main(server):
    context = server.context()
    user, _, domain = context["jid"].partition("@")
    stream = xmpp.Stream(server.tls_port, domain, True,
                         server.file("tls.crt"))
    stream.connect(user, context["password"], "here")
    addresses = ["", domain, f"{domain}/x", f"{user}@{domain}",
                 f"{user}@{domain}/gone", f"nobody@{domain}",
                 f"nobody@{domain}/gone", "elsewhere.example", "@", "a@b@c"]
    for kind in ("get", "set"):
        for to in addresses:
            asked = {}
            for child in CHILDREN:
                name = f"{kind}-{len(asked)}"
                asked[name] = child
                stream.send(f"<iq type='{kind}' id='{name}'" +
                            (f" to='{to}'" if to else "") + f">{child}</iq>")
            stream.send(LAST)
            seen, other = answers(stream, asked)
            wrong = [f"{n} answers: {asked[name]}"
                     for name, n in seen.items() if n != 1]
            tap.ok(not wrong and not other,
                   f"{len(asked)} of type {kind} to '{to}'",
                   "\n".join(wrong[:5] + other[:5]))
    for kind, to in itertools.product(("result", "error"), addresses):
        stream.send(f"<iq type='{kind}' id='a'" +
                    (f" to='{to}'" if to else "") + "/>")
    for to in addresses:
        stream.send("<message type='error'" +
                    (f" to='{to}'" if to else "") + "/>")
    stream.send(LAST)
    _, other = answers(stream, {})
    tap.ok(not other, "results and errors are not answered",
           "\n".join(other[:5]))


with Server() as s:
    try:
        main(s)
    except Exception as error:
        tap.ok(False, f"{type(error).__name__}: {error}", s.log())
tap.done()
