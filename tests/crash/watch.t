#!/usr/bin/python3
"""Exact watching: several writers, kill -9 of the server and of watchers at
random moments.  Each watcher gets each revision that concerns it once and in
order, with what it did to the watched set, or an explicit gap.

The moments are counted in acknowledged commits, drawn from a seed ($SEED sets
another); nothing here depends on time."""

import base64
import json
import os
import queue
import random
import select
import signal
import subprocess
import sys
import threading
import uuid

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "../lib"))
import tap
import xmpp
from server import BIN, Server

SEED = int(os.environ.get("SEED", "20100421"))
WRITERS, COMMITS = 3, 70
QUERIES = {
    "/a/*": lambda path, title: path.startswith("/a/"),
    "//*": lambda path, title: True,
    "/b/Page[@title = 'hot']":
        lambda path, title: path.startswith("/b/") and title == "hot",
    "(//Page)[@title = 'hot']":
        lambda path, title: path.count("/") == 2 and title == "hot",
}


def connect(server, who):
    jid, password, port, cert = server
    user, _, domain = jid.partition("@")
    stream = xmpp.Stream(port, domain, True, cert)
    stream.sock.settimeout(None)
    return stream.connect(user, password, who)


# --- a watcher: a process of its own -------------------------------------------

def told_of(path):
    """The revisions in a watcher's file; a line that was cut off is none."""
    with open(path, "a+b") as f:
        f.seek(0)
        data = f.read()
        f.truncate(data.rfind(b"\n") + 1)
    return [json.loads(line) for line in data.split(b"\n")[:-1]]


def event_of(element):
    """[revision, [[change, path, from]...]], or [revision, "gap: why"]."""
    event = element[0]
    rev = int(event.get("rev"))
    if event.tag.endswith("}gap"):
        return [rev, "gap: " + event.get("why")]
    return [rev, [[c["change"], c["_path"], c.get("from")]
                  for c in json.loads(base64.b64decode(event.text))]]


def follow(server, query, path, begin):
    told = told_of(path)
    rev = told[-1][0] if told else begin
    out = os.open(path, os.O_WRONLY | os.O_APPEND)
    stream = connect(server, "w%d" % os.getpid())
    while True:
        stream.send(f"<iq type='set' id='w'><watch xmlns='urn:M' from='{rev}'>"
                    f"{xmpp.b64(query.encode())}</watch></iq>")
        while True:
            element = stream.next()
            stream.trace.clear()
            if element.tag.endswith("}iq"):
                continue
            event = event_of(element)
            rev = event[0]
            os.write(out, (json.dumps(event) + "\n").encode())
            print(rev, flush=True)
            if isinstance(event[1], str):
                break


def watcher(argument):
    """Each line of standard input says that the server is there (again)."""
    for _ in sys.stdin:
        try:
            follow(*argument)
        except (xmpp.Closed, OSError):
            pass


class Watcher:
    def __init__(self, server, query, path, begin):
        self.query, self.path = query, path
        self.argument = json.dumps([server, query, path, begin])
        self.start()

    def start(self):
        self.process = subprocess.Popen(
            [sys.executable, __file__, self.argument], text=True,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        self.go()

    def go(self):
        print(file=self.process.stdin, flush=True)

    def kill(self):
        self.process.kill()
        self.process.communicate()

    def wait_for(self, rev):
        """Until it was told of a revision; False when nothing more comes."""
        while not (told := told_of(self.path)) or told[-1][0] < rev:
            if not select.select([self.process.stdout], [], [], 120)[0]:
                return False
            if not os.read(self.process.stdout.fileno(), 4096):
                return False
        return True


# --- writers ---------------------------------------------------------------------

class Writer(threading.Thread):
    """Changes pages of its own.  A set whose answer was lost is sent again
    with its txid."""

    def __init__(self, number, server, acknowledged, back):
        super().__init__(daemon=True)
        self.random = random.Random(SEED * 100 + number)
        self.number, self.server = number, server
        self.acknowledged, self.back = acknowledged, back
        self.pages = {}
        self.made = 0

    def action(self, free):
        """A change of one page: (JSON action, effect)."""
        pick = self.random
        title = pick.choice(["hot", "cold"])
        self.made += 1
        if not free or pick.random() < .3:
            path = f"/{pick.choice('ab')}/p{self.number}-{self.made}"
            return ({"method": "create", "data": {
                "_path": path, "_kind": "Page", "title": title}},
                (None, path, title, "create"))
        path = free.pop(pick.randrange(len(free)))
        old = self.pages[path]
        how = pick.random()
        if how < .15:
            return ({"method": "remove", "data": {"_path": path}},
                    (path, None, old, "remove"))
        if how < .5:
            to = f"/{pick.choice('ab')}/p{self.number}-{self.made}"
            return ({"method": "move", "data": {"_path": path, "to": to}},
                    (path, to, old, "move"))
        return ({"method": "save", "data": {
            "_path": path, "title": title, "content": str(self.made)}},
            (path, path, title, "save"))

    def commit(self):
        free = sorted(self.pages)
        pairs = [self.action(free) for _ in range(self.random.randint(1, 3))]
        effects = []
        for _, (old, new, title, word) in pairs:
            effects.append((old, new, self.pages.pop(old, None), title, word))
            if new:
                self.pages[new] = title
        return [action for action, _ in pairs], effects

    def send(self, stream, actions, txid):
        stream.send(f"<iq type='set' id='s'><item xmlns='urn:M' txid='{txid}'>"
                    f"{xmpp.b64(json.dumps(actions).encode())}</item></iq>")
        answer = stream.next()
        stream.trace.clear()
        if answer.get("type") != "result":
            raise RuntimeError(xmpp.ET.tostring(answer, "unicode"))
        return int(answer[0].get("rev"))

    def run(self):
        stream = None
        for _ in range(COMMITS):
            actions, effects = self.commit()
            txid = uuid.UUID(int=self.random.getrandbits(128))
            rev = None
            while rev is None:
                there = self.back.now()
                try:
                    stream = stream or connect(self.server,
                                               f"s{self.number}")
                    rev = self.send(stream, actions, txid)
                except (xmpp.Closed, OSError):
                    stream = None
                    self.back.wait_after(there)
                except RuntimeError as e:
                    self.acknowledged.put((None, str(e)))
                    return
            self.acknowledged.put((rev, effects))


class Back:
    """How often the server was started; waits for the next time."""

    def __init__(self):
        self.count = 1
        self.changed = threading.Condition()

    def now(self):
        with self.changed:
            return self.count

    def started(self):
        with self.changed:
            self.count += 1
            self.changed.notify_all()

    def wait_after(self, count):
        with self.changed:
            self.changed.wait_for(lambda: self.count > count, 60)


# --- what each should have been told ------------------------------------------------

def expected(commits, holds):
    told = []
    for rev in sorted(commits):
        changes = []
        for old, new, was, title, word in commits[rev]:
            before = old is not None and holds(old, was)
            after = new is not None and holds(new, title)
            if not before and not after:
                continue
            if word in ("save", "move") and not (before and after):
                word = "leave" if before else "enter"
            changes.append([word, new or old, old if word == "move"
                            or word in ("enter", "leave") and old != new
                            and before else None])
        if changes:
            told.append([rev, changes])
    return told


def complaints(told, want):
    """The first difference, in words."""
    for got, due in zip(told, want):
        if got != due:
            return [f"told {got}", f"due  {due}"]
    if len(told) != len(want):
        return [f"{len(told)} told, {len(want)} due",
                str((told[len(want):] or want[len(told):])[0])]
    return []


def create(server, kind, paths):
    """The revision in which they were made, hot ones."""
    run = server.tool("msg-send", "set-item", json.dumps(
        [{"method": "create", "data": {"_path": path, "_kind": kind,
                                       "title": "hot"}} for path in paths]))
    if run.returncode:
        raise RuntimeError(run.stderr)
    rev = server.tool("msg-send", "get-item", paths[0] + "/@rev")
    return json.loads(rev.stdout)[0]


def main(server):
    pick = random.Random(SEED)
    context = server.context()
    address = [context["jid"], context["password"], server.tls_port,
               server.file("tls.crt")]
    begin = create(server, "Folder", ["/a", "/b"])
    watchers = [Watcher(address, query, os.path.join(server.dir, f"w{i}"),
                        begin)
                for i, query in enumerate(list(QUERIES) * 2)]
    tool = subprocess.Popen(
        [os.path.join(BIN, "msg-watch"), "--format=json", "--quiet",
         f"--from={begin - 1}", "//*"], env=server.env, text=True,
        stdout=subprocess.PIPE)
    tool.stdout.readline()  # it is there before anything ends

    acknowledged, back = queue.Queue(), Back()
    writers = [Writer(n, address, acknowledged, back)
               for n in range(WRITERS)]
    for w in writers:
        w.start()
    commits, wrong, kills = {}, [], [0, 0]
    next_server, next_watcher = pick.randint(5, 25), pick.randint(1, 10)
    for done in range(1, WRITERS * COMMITS + 1):
        rev, effects = acknowledged.get(timeout=120)
        if rev is None or rev in commits:
            wrong.append(f"revision {rev}: {effects}")
            break
        commits[rev] = effects
        if done == next_server:
            server.stop(signal.SIGKILL)
            server.start()
            back.started()
            for w in watchers:
                w.go()
            kills[0] += 1
            next_server += pick.randint(10, 40)
        if done == next_watcher:
            w = pick.choice(watchers)
            w.kill()
            w.start()
            kills[1] += 1
            next_watcher += pick.randint(3, 15)
    tap.none(wrong, "each set was done once")
    tap.ok(kills[0] >= 5 and kills[1] >= 15,
           f"seed {SEED}: the server was killed {kills[0]} times, watchers "
           f"{kills[1]} times")

    # A last commit that all are told of, as a sign that they have it all.
    end = ["/a/end", "/b/end"]
    last = create(server, "Page", end)
    commits[last] = [(None, path, None, "hot", "create") for path in end]
    tap.ok(sorted(commits) == list(range(begin + 1, last + 1)),
           "no revision is anything else", str(sorted(commits)))
    for w in watchers:
        whole = w.wait_for(last)
        w.kill()
        tap.none(([] if whole else ["the end did not come"]) +
                 complaints(told_of(w.path),
                            expected(commits, QUERIES[w.query])),
                 f"{w.query}: each revision once, in order")
    told = []
    for line in tool.stdout:
        event = json.loads(line)
        told.append([event["rev"], [[c["change"], c["_path"], c.get("from")]
                                    for c in event["changes"]]])
        if event["rev"] >= last:
            break
    tool.kill()
    tool.communicate()
    tap.none(complaints(told, expected(commits, QUERIES["//*"])),
             "msg-watch //*: the same, over all that")
    status = server.stop()
    tap.ok(status == 0, "the server ends in order", server.log())
    run = server.tool("msg-serve", "--verify")
    tap.ok(run.returncode == 0, "the store is whole", run.stderr)


if len(sys.argv) > 1:
    watcher(json.loads(sys.argv[1]))
else:
    with Server("--no-demo") as s:
        main(s)
    tap.done()
