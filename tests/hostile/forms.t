#!/usr/bin/python3
"""What ad-hoc commands keep for whoever fills in forms has its limits: of
commands that are begun, of what is typed, of copies of an item that others
change meanwhile."""

import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "../lib"))
import tap
import xmpp
from hostile import login, rss
from server import Server

COMMANDS = "http://jabber.org/protocol/commands"
MB = 1 << 20
MOST = 8                # ADHOC_MAX


class Forms:
    def __init__(self, stream):
        self.stream = stream
        self.n = 0

    def ask(self, sid=None, **fields):
        """Begin set-item, or go on with it; its <command/>."""
        self.n += 1
        words = f" sessionid='{sid}'" if sid else ""
        form = "".join(f"<field var='{k}'><value>{v}</value></field>"
                       for k, v in fields.items())
        if fields:
            form = f"<x xmlns='jabber:x:data' type='submit'>{form}</x>"
        self.stream.send(f"<iq type='set' to='localhost' id='f{self.n}'>"
                         f"<command xmlns='{COMMANDS}' node='set-item'"
                         f"{words}>{form}"
                         "</command></iq>")
        answer = self.stream.next()
        self.stream.trace.clear()
        assert answer.get("id") == f"f{self.n}", answer.attrib
        return answer

    def begin(self, **fields):
        command = self.ask(**fields)[0]
        return command.get("sessionid"), note(command)


def note(command):
    return command.findtext(f"{{{COMMANDS}}}note") or ""


def expired(answer):
    return answer.get("type") == "error" and \
        answer.find(f".//{{{COMMANDS}}}session-expired") is not None


def save(stream, path, content):
    stream.send("<iq type='set' id='save'><item xmlns='urn:M'>" + xmpp.b64(
        b'[{"method":"save","data":{"_path":"%s","content":"%s"}}]'
        % (path.encode(), content)) + "</item></iq>")
    answer = stream.next()
    stream.trace.clear()
    assert answer.get("type") == "result", xmpp.ET.tostring(answer)


def begun(forms):
    sids = [forms.begin()[0] for _ in range(MOST + 4)]
    gone = [expired(forms.ask(sid, method="save", path="/nowhere"))
            for sid in sids]
    tap.ok(gone == [True] * 4 + [False] * MOST,
           f"{MOST} are begun at a time, the oldest go", gone)


def typed(s, forms):
    sid = forms.begin()[0]
    said = note(forms.ask(sid, argument="x" * 3 * MB)[0])
    tap.ok("too much for a form" in said, "a form that is too large is "
           "refused", said)
    said = note(forms.ask(sid, method="save", path="/nowhere")[0])
    tap.ok("/nowhere" in said, "a smaller one goes on from there", said)
    before = rss(s)
    for _ in range(5 * MOST):
        forms.begin(argument="x" * (2 * MB - 9000))
    grown = rss(s) - before
    tap.ok(grown < (2 * MOST + 16) * 2 * MB, f"{5 * MOST} large ones cost "
           f"what {MOST} do", f"{grown >> 20} MB")


def copies(s, forms, other):
    save(other, "/about", b"x" * (3 * MB))
    said = forms.begin(method="save", path="/about")[1]
    tap.ok("too large for a form" in said, "an item that is too large has "
           "none", said)
    save(other, "/about", b"small")
    sid, said = forms.begin(method="save", path="/about")
    tap.ok(said == "", "a small one has", said)
    before, told = rss(s), []
    for n in range(60):
        save(other, "/about", b"%d" % n + b"x" * (MB // 2))
        said = note(forms.ask(sid, title=f"His {n}")[0])
        told.append("'content' is now" in said)
        if not said:
            break
    grown = rss(s) - before
    # More is there of what answered than of what is kept.
    tap.ok(told[0] and not told[-1] and len(told) == 60 and
           told == sorted(told, reverse=True),
           "of an item that changes again and again some copies are kept, "
           "then the conflict alone is told", told)
    tap.ok(grown < 24 * MB, "which is bounded", f"{grown >> 20} MB")
    sid, said = forms.begin(method="save", path="/about")
    done = forms.ask(sid, title="His")[0]
    tap.ok(done.get("status") == "completed", "who begins anew has it done",
           note(done))


with Server("--max-stanza=8M") as s:
    forms, other = Forms(login(s, "forms")), login(s, "other")
    begun(forms)
    typed(s, forms)
    copies(s, forms, other)
    tap.ok(s.stop() == 0, "the server ends in order", s.log())
tap.done()
