#!/usr/bin/python3
"""What one may not read is as if it were not there: the bytes of every answer
about it are those about what does not exist."""

import base64
import json
import os
import re
import sys

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "../lib"))
import tap
import xmpp
from server import Server

PAYLOAD = re.compile(r"(?<=>)[A-Za-z0-9+/=]{4,}(?=</)")

# PATH, NAME and KEY stand for what is hidden or absent.
GETS = [
    "PATH", "PATH/@title", "PATH/@key", "PATH/*", "PATH/..", "PATH/../*",
    "PATH//.", "count(PATH)", "exists(PATH)", "//NAME", "count(//NAME)",
    "//*[@name='NAME']", "//Page[@title='NAME']", "//*[@path='PATH']",
    'get("KEY")', 'get("KEY")/..', '//*[@key="KEY"]', "PATH | /more",
    "PATH, /more", "/more[PATH]", "some $x in //* satisfies $x is PATH",
    "//*[../NAME]", "/*[NAME]", "/news/article-1/../NAME",
    "/news/article-1/sibling::NAME", "if (PATH) then 1 else 2",
]
SETS = [
    {"method": "save", "data": {"_path": "PATH", "title": "x"}},
    {"method": "save", "data": {"_key": "KEY", "title": "x"}},
    {"method": "save", "data": {"_path": "PATH", "title": "x", "_rev": 2}},
    {"method": "save", "data": {"_path": "PATH", "no-such-field": "x"}},
    {"method": "remove", "data": {"_path": "PATH"}},
    {"method": "remove", "data": {"_key": "KEY"}},
    {"method": "move", "data": {"_path": "PATH", "to": "/more/x"}},
    {"method": "move", "data": {"_key": "KEY", "to": "/more/x"}},
    {"method": "move", "data": {"_path": "PATH", "name": "x"}},
    {"method": "move", "data": {"_path": "/more/deep", "to": "PATH/x"}},
    {"method": "move", "data": {"_path": "/more/deep", "to": "PATH/"}},
    {"method": "move", "data": {"_path": "/more/deep", "to": "PATH"}},
    {"method": "move", "data": {"_path": "/more/deep", "folder": "KEY"}},
    {"method": "move", "data": {"_path": "/more/deep", "folder": "PATH"}},
    {"method": "copy", "data": {"_path": "PATH", "to": "/more/x"}},
    {"method": "copy", "data": {"_key": "KEY", "to": "/more/x"}},
    {"method": "copy", "data": {"_path": "/more/deep", "to": "PATH/x"}},
    {"method": "copy", "data": {"_path": "/more/deep", "to": "PATH"}},
    {"method": "copy", "data": {"_path": "/more/deep", "folder": "KEY"}},
    {"method": "create", "data": {"_path": "PATH", "_kind": "Page"}},
    {"method": "create", "data": {"_path": "PATH/x", "_kind": "Page"}},
    {"method": "order", "data": {"_path": "PATH", "contents": ["x"]}},
    {"method": "order", "data": {"_key": "KEY", "after": None}},
    {"method": "order", "data": {"_path": "PATH", "after": "x"}},
    {"method": "order", "data": {"_path": "/more/deep", "after": "NAME"}},
    {"method": "order", "data": {"_path": "/more", "contents": ["NAME"]}},
    {"method": "order", "data": {"_path": "/news/article-1",
                                 "after": "NAME"}},
    {"method": "order", "data": {"_path": "/news", "contents": ["NAME"]}},
]
PUBSUB = "xmlns='http://jabber.org/protocol/pubsub'"
ITEM = "<json xmlns='urn:xmpp:json:0'>{\"title\":\"x\"}</json>"
# As standard clients ask: (type, element); PARENT is what NAME lies in.
NODES = [
    ("get", f"<pubsub {PUBSUB}><items node='PATH'/></pubsub>"),
    ("get", f"<pubsub {PUBSUB}><items node='PATH'><item id='x'/></items>"
            "</pubsub>"),
    ("get", f"<pubsub {PUBSUB}><items node='PARENT'><item id='NAME'/></items>"
            "</pubsub>"),
    ("get", f"<pubsub {PUBSUB}><items node='PARENT'/>"
            "<set xmlns='http://jabber.org/protocol/rsm'><after>NAME</after>"
            "</set></pubsub>"),
    ("set", f"<pubsub {PUBSUB}><subscribe node='PATH' jid='JID'/></pubsub>"),
    ("set", f"<pubsub {PUBSUB}><unsubscribe node='PATH' jid='JID'/></pubsub>"),
    ("set", f"<pubsub {PUBSUB}><publish node='PATH'><item id='x'>{ITEM}"
            "</item></publish></pubsub>"),
    ("set", f"<pubsub {PUBSUB}><publish node='PARENT'><item id='NAME'>{ITEM}"
            "</item></publish></pubsub>"),
    ("set", f"<pubsub {PUBSUB}><retract node='PARENT'><item id='NAME'/>"
            "</retract></pubsub>"),
    ("set", f"<pubsub {PUBSUB}><create node='PATH'/></pubsub>"),
    ("set", f"<pubsub {PUBSUB}><create node='PATH/x'/></pubsub>"),
    ("set", f"<pubsub {PUBSUB}#owner'><delete node='PATH'/></pubsub>"
     .replace("pubsub'#", "pubsub#")),
    ("get", "<query xmlns='http://jabber.org/protocol/disco#items' "
            "node='PATH'/>"),
    ("get", "<query xmlns='http://jabber.org/protocol/disco#info' "
            "node='PATH'/>"),
    ("get", "<query xmlns='http://jabber.org/protocol/disco#items' "
            "node='PARENT'/>"),
]
# Of a branch that is another's, by its NAME or KEY: (verb, element, argument,
# attributes).
BRANCHES = [
    ("get", "branch", "NAME", ""),
    ("get", "item", "/more", " branch='NAME'"),
    ("get", "item", "/more", " branch='NAME' rev='3'"),
    ("get", "log", "", " branch='NAME'"),
    ("set", "watch", "/more", " branch='NAME'"),
    ("set", "item", '[{"method":"save","data":{"_path":"/more",'
     '"title":"x"}}]', " branch='NAME'"),
    *(("set", "branch", json.dumps([{"method": m, "data": d}]), "")
      for m, d in [
          ("publish", {"_name": "NAME"}), ("publish", {"_key": "KEY"}),
          ("publish", {"_name": "NAME", "take": {"/more": "mine"}}),
          ("save", {"_name": "NAME", "config": {}}),
          ("save", {"_name": "own", "publish": "NAME"}),
          ("remove", {"_name": "NAME"}), ("remove", {"_key": "KEY"}),
          ("create", {"_name": "other", "from": "NAME"}),
          ("create", {"_name": "other", "publish": "NAME"})]),
]
LOGS = ["PATH", "PATH//.", "//NAME", 'get("KEY")', "PATH | /more"]


class Asker:
    """The same request about two things; True when the answers are."""

    def __init__(self, server, user, password):
        self.stream = xmpp.Stream(server.tls_port, server.domain, True,
                                  server.file("tls.crt"))
        self.stream.connect(user, password, "r")

    def raw(self, kind, element, argument, attributes=""):
        return self.exchange(
            kind, f"<{element} xmlns='urn:M'{attributes}>"
            f"{xmpp.b64(argument.encode())}</{element}>")

    def exchange(self, kind, child):
        """The bytes of the answer, and its payload as text."""
        seen = len(self.stream.trace)
        self.stream.send(f"<iq type='{kind}' id='i' to='localhost'>"
                         f"{child}</iq>")
        self.stream.next()
        text = "".join(line[9:] for line in self.stream.trace[seen:]
                       if line.startswith("received "))
        return PAYLOAD.sub(
            lambda m: base64.b64decode(m.group()).decode(), text)

    def same(self, hidden, absent, kind, element, argument, attributes=""):
        answers = []
        for path, key in hidden, absent:
            name = path.rpartition("/")[2]
            text = argument.replace("PATH", path).replace("NAME", name)
            answer = self.raw(kind, element, text.replace("KEY", key),
                              attributes)
            for own, word in (path, "PATH"), (name, "NAME"), (key, "KEY"):
                answer = answer.replace(own, word)
            answers.append(re.sub(r'(watch"?[:=]"?)\d+', r"\1N", answer))
        what = f"{kind}-{element} {argument}{attributes}"
        tap.ok(answers[0] == answers[1] and "'i'" in
               answers[0].replace('"', "'"), what, "\n".join(answers))


    def same_node(self, hidden, absent, kind, child):
        answers = []
        for path, _ in hidden, absent:
            parent, _, name = path.rpartition("/")
            text = child.replace("PATH", path).replace("NAME", name)
            answer = self.exchange(kind, text.replace(
                "PARENT", parent or "/").replace("JID", self.stream.jid))
            answers.append(re.sub(r'subid="[^"]*"', "", answer.replace(
                path, "PATH").replace(name, "NAME")))
        tap.ok(answers[0] == answers[1], f"{kind} {child}",
               "\n".join(answers))


def compare(ask, hidden, absent):
    for kind, child in NODES:
        ask.same_node(hidden, absent, kind, child)
    for query in GETS:
        ask.same(hidden, absent, "get", "item", query)
    ask.same(hidden, absent, "get", "item", "PATH", " rev='3'")
    ask.same(hidden, absent, "get", "item", "PATH", " as='avro'")
    ask.same(hidden, absent, "get", "item", "PATH", " as='explain'")
    for action in SETS:
        ask.same(hidden, absent, "set", "item", json.dumps([action]))
    ask.same(hidden, absent, "set", "item", json.dumps([
        {"method": "save", "data": {"_path": "/more", "title": "never"}},
        SETS[0]]))
    for query in LOGS:
        ask.same(hidden, absent, "get", "log", query)
    for query in "PATH", "PATH//.", "(PATH)[true()]", "//NAME":
        ask.same(hidden, absent, "set", "watch", query)
        ask.same(hidden, absent, "set", "watch", query, " from='2'")
        ask.raw("set", "watch", "", " watch='1'")


def branch_key(name):
    return base64.urlsafe_b64encode(b"\x10M.branch\x02" + bytes(
        [2 * len(name)]) + name.encode()).decode().rstrip("=")


def branches(ask):
    """Who owns which branch is known to who may read everything."""
    hidden, absent = [(f"/{name}", branch_key(name))
                      for name in ("secret-b", "secret-x")]
    for kind, element, argument, attributes in BRANCHES:
        answers = []
        for path, key in hidden, absent:
            name = path[1:]
            answer = ask.raw(
                kind, element, argument.replace("NAME", name).replace(
                    "KEY", key), attributes.replace("NAME", name))
            answers.append(answer.replace(name, "NAME").replace(key, "KEY"))
        tap.ok(answers[0] == answers[1] and "item-not-found" in answers[0],
               f"{kind}-{element} {argument}{attributes}",
               "\n".join(answers))
    seen = ask.raw("get", "branch", "")
    tap.ok(sorted(re.findall(r'"_name": ?"([^"]*)"', seen)) ==
           ["live", "own", "shared", "staging"] and "admin" not in seen,
           "of all branches his own and everybody's", seen)
    for kind, element, argument in (("get", "item", "/more"),
                                    ("get", "user", ""), ("get", "log", ""),
                                    ("set", "watch", "/more")):
        attribute = "from" if kind == "set" else "rev"
        seen = ask.raw(kind, element, argument, f" {attribute}='99999'")
        tap.ok("newest" not in seen, f"{kind}-{element}: the newest revision "
               "is not told", seen)


def tool(server, *words):
    run = server.tool(*words)
    if run.returncode:
        raise RuntimeError(run.stderr)
    return json.loads(run.stdout)


with Server() as server:
    tool(server, "msg-send", "set-user", json.dumps(
        [{"method": "create", "data": {
            "name": "reader", "password": "wherefore",
            "roles": ["read:/news/article-1", "write:/more"]}}]))
    ask = Asker(server, "reader", "wherefore")

    # Beside what may be read, above it, at the top; a page and a folder.
    tool(server, "msg-send", "set-item", json.dumps(
        [{"method": "create", "data": {"_path": "/secret-f",
                                       "_kind": "Folder"}},
         {"method": "create", "data": {"_path": "/secret-f/secret-p",
                                       "_kind": "Page"}}]))
    absent_key = tool(server, "msg-send", "get-item",
                      "/about/@key")[0][:-8] + "AAAAAAAA"
    for path, other in (("/about", "/abxxx"),
                        ("/news/article-2", "/news/article-9"),
                        ("/secret-f", "/secret-x"),
                        ("/secret-f/secret-p", "/secret-f/secret-x")):
        key = tool(server, "msg-send", "get-item", path + "/@key")[0]
        compare(ask, (path, key), (other, absent_key))

    for name, owner in (("secret-b", "admin"), ("own", "reader"),
                        ("shared", "")):
        tool(server, "msg-send", "set-branch", json.dumps(
            [{"method": "create", "data": {"_name": name, "owner": owner}}]))
    branches(ask)

    # Commits elsewhere change no answer but for the revision it is of.
    def everything():
        return [re.sub(r' rev="\d+"', "", ask.raw(kind, name, argument))
                for kind, name, argument in (
                    ("get", "item", "//*"), ("get", "item", "count(//*)"),
                    ("get", "item", "/"), ("get", "item", "/news/*"),
                    ("get", "item", "/news/article-1/sibling::*"),
                    ("get", "log", ""), ("get", "log", "//."),
                    ("get", "user", ""), ("get", "item", "//*/@rev"))]
    before = everything()
    ask.raw("set", "watch", "//*")
    tool(server, "msg-send", "set-item", json.dumps(
        [{"method": "save", "data": {"_path": "/about", "title": "x"}},
         {"method": "create", "data": {"_path": "/news/new",
                                       "_kind": "Page"}},
         {"method": "move", "data": {"_path": "/secret-f",
                                     "to": "/news/moved"}},
         {"method": "remove", "data": {"_path": "/news/article-3"}}]))
    after = everything()
    for old, new in zip(before, after):
        tap.ok(old == new, "a commit elsewhere does not show",
               old + "\n" + new)
    tap.ok(not ask.stream.close(), "and is no event")
    ask = Asker(server, "reader", "wherefore")
    hidden_rev = tool(server, "msg-send", "get-item", "/about/@rev")[0]
    answers = [ask.raw("set", "item", json.dumps(
        [{"method": "revert", "data": {"rev": rev}}])).replace(str(rev), "R")
        for rev in (hidden_rev, hidden_rev + 1000)]
    tap.ok(answers[0] == answers[1] and "no revision" in answers[0],
           "it cannot be taken back", "\n".join(answers))

    # Of what one may see in part, that part is taken back.
    tool(server, "msg-send", "set-item", json.dumps(
        [{"method": "save", "data": {"_path": path, "title": "both"}}
         for path in ("/about", "/more")]))
    both = tool(server, "msg-send", "get-item", "/about/@rev")[0]
    answer = ask.raw("set", "item", json.dumps(
        [{"method": "revert", "data": {"rev": both}}]))
    tap.ok("/about" not in answer and tool(
        server, "msg-send", "get-item", "/about/@title, /more/@title") ==
        [["both"], ["More"]], "what is seen is taken back", answer)
    status = server.stop()
    tap.ok(status == 0, "the server ends in order", server.log())
tap.done()
