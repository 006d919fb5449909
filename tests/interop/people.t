#!/usr/bin/python3
"""Clients of the command line that people use: go-sendxmpp and sendxmpp send
a message; mcabber and profanity, on a terminal, log in and talk."""

import json
import os
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "../lib"))
import tap
import xmpp
from server import Server
from terminal import Terminal

WAIT = 60
VERSION = "jabber:iq:version"


class Witness(xmpp.Stream):
    """Another user, to whom they write."""

    def __init__(self, s):
        super().__init__(s.tls_port, direct=True)
        s.tool("msg-send", "set-user", json.dumps([
            {"method": "create", "data": {"name": "witness",
                                          "password": "a witness"}}]))
        self.connect("witness", "a witness", "window")
        self.send("<presence/>")

    def message(self):
        """The next message's body."""
        while True:
            body = self.next().findtext(f"{{{xmpp.CLIENT}}}body")
            if body:
                return body


def senders(s, witness):
    c = s.context()
    user = c["jid"].split("@")[0]
    common = ["-p", c["password"]]
    for name, command in (
            ("go-sendxmpp, STARTTLS",
             ["go-sendxmpp", "-n", "-u", c["jid"],
              "-j", f"127.0.0.1:{s.port}"]),
            ("go-sendxmpp, direct TLS",
             ["go-sendxmpp", "-n", "-t", "-u", c["jid"],
              "-j", f"127.0.0.1:{s.tls_port}"]),
            ("sendxmpp, STARTTLS",
             ["sendxmpp", "-n", "-t", "-u", user,
              "-j", f"localhost:{s.port}", "-r", "sendxmpp"])):
        text = f"Grüße von {name} & <mehr>"
        done = subprocess.run([*command, *common, witness.jid], input=text,
                              capture_output=True, text=True, env=s.env,
                              timeout=WAIT)
        if not tap.ok(done.returncode == 0, f"{name}: logs in, sends, leaves",
                      done.stdout + done.stderr):
            continue
        got = witness.message()
        tap.ok(got.rstrip("\n") == text, f"{name}: the message arrives", got)


def mcabber(s, witness):
    c = s.context()
    conf = os.path.join(s.dir, "mcabberrc")
    with open(os.open(conf, os.O_WRONLY | os.O_CREAT, 0o600), "w") as f:
        f.write(f"""set jid = {c['jid']}
set password = {c['password']}
set server = 127.0.0.1
set port = {s.port}
set tls = 1
set ssl_ignore_checks = 1
set resource = mcabber
set disable_random_resource = 1
""")
    t = Terminal(s.env | {"TERM": "xterm"}, "/usr/bin/mcabber", "-f", conf,
                 rows=50, columns=200)
    if not tap.ok(t.shows("status has been set"), "mcabber: logs in", t.seen):
        return
    t.type(f"/say_to {witness.jid} good-morning\r")
    got = witness.message()
    tap.ok(got == "good-morning", "mcabber: says something", got)
    witness.send(f"<iq to='{c['jid']}/mcabber' type='get' id='v'>"
                 f"<query xmlns='{VERSION}'/></iq>")
    got = witness.next().findtext(f"{{{VERSION}}}query/{{{VERSION}}}name")
    tap.ok(got == "mcabber", "mcabber: answers what it is asked", got)
    t.type("/quit\r")
    tap.ok(t.end() == 0, "mcabber: leaves", t.seen)


def profanity(s, witness):
    c = s.context()
    t = Terminal(s.env | {"TERM": "xterm"}, "/usr/bin/profanity",
                 rows=50, columns=200)
    t.shows("/help")
    t.type(f"/connect {c['jid']}/profanity server 127.0.0.1 port "
           f"{s.port} tls trust\r")
    t.shows("password")
    t.type(c["password"] + "\r")
    if not tap.ok(t.shows("logged in successfully"), "profanity: logs in",
                  t.seen):
        return
    t.type(f"/msg {witness.jid} good-morning\r")
    got = witness.message()
    tap.ok(got == "good-morning", "profanity: says something", got)
    witness.send(f"<message to='{c['jid']}/profanity' type='chat'>"
                 "<body>good-evening</body></message>")
    t.shows("[3]")
    t.type("/win 3\r")
    tap.ok(t.shows("good-evening"), "profanity: hears something", t.seen)
    t.type("/quit\r")
    tap.ok(t.end() == 0, "profanity: leaves", t.seen)


with Server() as s:
    witness = Witness(s)
    try:
        senders(s, witness)
        mcabber(s, witness)
        profanity(s, witness)
    except Exception as error:
        tap.ok(False, f"{type(error).__name__}: {error}", s.log())
    witness.close()
    tap.ok(s.stop() == 0, "the server ends in order", s.log())
tap.done()
