#!/usr/bin/python3
"""A change is made with the rights its author has when its turn comes: none
of a flood of changes follows the commit that took the role away."""

import json
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "../lib"))
import tap
import xmpp
from server import Server

ROUNDS, FLOOD = 8, 400


def connect(server, user, password):
    return xmpp.Stream(server.tls_port, server.domain, True,
                       server.file("tls.crt")).connect(user, password, "r")


def iq(ident, element, actions):
    return (f"<iq type='set' id='{ident}'><{element} xmlns='urn:M'>"
            f"{xmpp.b64(json.dumps(actions).encode())}</{element}></iq>")


def save_user(**data):
    return [{"method": "save", "data": {"name": "juliet", **data}}]


def last_done(stream, count):
    """The newest revision of the flood's answers, and how many were done."""
    revs = []
    for _ in range(count):
        answer = stream.next()
        if answer.get("type") == "result":
            revs.append(int(answer[0].get("rev")))
    stream.trace.clear()
    return max(revs, default=0), len(revs)


def flood(n):
    return "".join(iq(i, "item", [{"method": "save", "data": {
        "_path": "/news/article-1", "title": f"{n} {i}"}}])
        for i in range(FLOOD))


# A password is hashed before the change has its turn: time enough.
def users(n):
    return "".join(iq(i, "user", [{"method": "create", "data": {
        "name": f"u{n}-{i}", "password": "wherefore"}}]) for i in range(8))


def race(name, changes, count, given, taken):
    wrong, done = [], 0
    for n in range(ROUNDS):
        romeo.send(iq("g", "user", save_user(**given)))
        assert romeo.next().get("type") == "result"
        juliet.send(changes(n))
        romeo.send(iq("t", "user", save_user(**taken)))
        rev = int(romeo.next()[0].get("rev"))
        last, some = last_done(juliet, count)
        done += some
        if last > rev:
            wrong.append(f"revision {last}, after {rev}")
    tap.none(wrong, f"{name}: none is behind the loss")
    print(f"# {done} of {ROUNDS * count} were done before it")


with Server() as server:
    context = server.context()
    run = server.tool("msg-send", "set-user", json.dumps(
        [{"method": "create", "data": {"name": "juliet",
                                       "password": "wherefore"}}]))
    tap.ok(run.returncode == 0, "there is juliet", run.stderr)
    romeo = connect(server, context["jid"].split("@")[0],
                    context["password"])
    juliet = connect(server, "juliet", "wherefore")
    race("a role", flood, FLOOD, {"roles": ["write:/news"]}, {"roles": []})
    race("an administrator", users, 8, {"admin": True}, {"admin": False})
    # Who keeps his role is not disturbed by other changes of himself.
    romeo.send(iq("g", "user", save_user(roles=["write:/news"])))
    romeo.next()
    juliet.send(flood("name"))
    romeo.send(iq("n", "user", save_user(full_name="Juliet")))
    romeo.next()
    tap.ok(last_done(juliet, FLOOD)[1] == FLOOD,
           "a change of the name stops nothing")
    # Nor is what has nothing to do with roles, however few he has.
    wrong = []
    for n in range(ROUNDS):
        juliet.send(iq("p", "user", save_user(password="wherefore") * 8))
        romeo.send(iq("n", "user", save_user(full_name=f"Juliet {n}")))
        romeo.next()
        answer = juliet.next()
        if answer.get("type") != "result":
            wrong.append("".join(answer.itertext()))
    tap.none(wrong, "nor his own password")
    status = server.stop()
    tap.ok(status == 0, "the server ends in order", server.log())
tap.done()
