"""transcript.py - plays "Romeo sends / Romeo receives" files against a real
server.  tests/xmpp/README says how they are written."""

import base64
import hashlib
import json
import os
import re
from xml.etree import ElementTree as ET
from xml.sax.saxutils import unescape

import xmpp

NAMESPACES = (f"xmlns='{xmpp.CLIENT}' xmlns:stream='{xmpp.STREAM}' "
              "xmlns:test='urn:test'")
WORD = re.compile(r"\{([a-z][a-z0-9-]*)\}")
PAYLOAD = re.compile(r"base64:\s*(.*?)(?=</)", re.S)


class Mismatch(Exception):
    pass


# --- comparing ---------------------------------------------------------------

def match_text(want, got, names, where):
    """{any} is anything; {name} anything first, then the same again."""
    pattern, groups, at = "", [], 0
    for m in WORD.finditer(want):
        pattern += re.escape(want[at:m.start()])
        at = m.end()
        if m.group(1) in names:
            pattern += re.escape(str(names[m.group(1)]))
        else:
            groups.append(m.group(1))
            pattern += "(.*?)" if at < len(want) else "(.*)"
    pattern += re.escape(want[at:])
    m = re.fullmatch(pattern, got, re.S)
    if m is None:
        raise Mismatch(f"{where}: expected {want!r}, got {got!r}")
    for name, value in zip(groups, m.groups()):
        if name != "any":
            names[name] = value


def match_json(want, got, names, where):
    """"..." as a key or as the last element: and maybe more."""
    if isinstance(want, str) and WORD.fullmatch(want):
        name = want[1:-1]
        if name not in names:
            if name != "any":
                names[name] = got
            return
        want = names[name]
    if isinstance(want, str) and isinstance(got, str):
        match_text(want, got, names, where)
    elif type(want) is not type(got):
        raise Mismatch(f"{where}: expected {want!r}, got {got!r}")
    elif isinstance(want, dict):
        more = "..." in want
        keys = set(want) - {"..."}
        if keys - set(got) or (set(got) - keys and not more):
            raise Mismatch(f"{where}: expected the keys {sorted(keys)}, "
                           f"got {sorted(got)}")
        for key in sorted(keys):
            match_json(want[key], got[key], names, f"{where}/{key}")
    elif isinstance(want, list):
        more = bool(want) and want[-1] == "..."
        want = want[:-1] if more else want
        if len(got) < len(want) or (len(got) > len(want) and not more):
            raise Mismatch(f"{where}: expected {len(want)} elements, got "
                           f"{len(got)}: {json.dumps(got)}")
        for i, (w, g) in enumerate(zip(want, got)):
            match_json(w, g, names, f"{where}[{i}]")
    elif want != got:
        raise Mismatch(f"{where}: expected {want!r}, got {got!r}")


def match_payload(want, got, names, where):
    try:
        got = base64.b64decode(got or "", validate=True).decode()
    except ValueError as e:
        raise Mismatch(f"{where}: no base64 of UTF-8: {got!r}") from e
    try:
        expected = json.loads(want)
    except ValueError:
        match_text(want, got, names, where)
        return
    match_json(expected, json.loads(got), names, where)


def match_element(want, got, names, where=""):
    """Tags, attributes, text and children; a test:any child stands for any
    number of others, and addresses may be left out."""
    where += "/" + re.sub(r".*\}", "", want.tag)
    if want.tag != got.tag:
        raise Mismatch(f"{where}: got {got.tag}")
    extra = set(got.attrib) - set(want.attrib) - {"from", "to"}
    extra = {k for k in extra if not k.endswith("}lang")}
    if extra:
        raise Mismatch(f"{where}: unexpected {sorted(extra)}")
    for name, value in want.attrib.items():
        if name not in got.attrib:
            raise Mismatch(f"{where}: no attribute {name!r}")
        match_text(value, got.attrib[name], names, f"{where}/@{name}")
    text = (want.text or "").strip()
    if text.startswith("base64:"):
        match_payload(text[7:].strip(), got.text, names, where)
    else:
        match_text(text, (got.text or "").strip(), names, where)
    wants, gots = list(want), list(got)
    if wants and wants[-1].tag == "{urn:test}any":
        wants.pop()
        gots = gots[:len(wants)]
    if len(wants) != len(gots):
        raise Mismatch(f"{where}: expected {[w.tag for w in wants]}, "
                       f"got {[g.tag for g in gots]}")
    for w, g in zip(wants, gots):
        match_element(w, g, names, where)


# --- playing -------------------------------------------------------------------

class Player:
    """One file.  Steps are sentences; a block, indented, may follow."""

    def __init__(self, path):
        self.path = path
        self.steps = list(self._read(path))
        self.options = [w for line, text, _ in self.steps
                        if (m := self.SERVER.fullmatch(text))
                        for w in m.group(1).split()]
        self.people = {}
        self.names = {}
        self.passwords = {}

    SERVER = re.compile(r"The server runs with (.+)\.")

    @staticmethod
    def _read(path):
        step, block = None, []
        for number, line in enumerate(open(path, encoding="utf-8"), 1):
            if line.startswith(("\t", "        ")):
                block.append(line.strip())
            elif line.strip() and not line.startswith("#"):
                if step:
                    yield (*step, "\n".join(block))
                step, block = (number, line.strip()), []
        if step:
            yield (*step, "\n".join(block))

    def play(self, server):
        self.server = server
        self.detached = 0
        context = server.context()
        self.admin, _, server.domain = context["jid"].partition("@")
        self.passwords[self.admin] = context["password"]
        self.names.update(domain=server.domain, admin=self.admin)
        try:
            for number, text, block in self.steps:
                try:
                    self._step(text, block)
                except (Mismatch, xmpp.Closed, xmpp.Refused, OSError,
                        ET.ParseError) as e:
                    raise Mismatch(
                        f"{self.path}:{number}: {text}\n"
                        f"{type(e).__name__}: {e}\n" + self._trace()) from e
        finally:
            for person in self.people.values():
                person.sock.close()

    def _trace(self):
        return "\n".join(f"{name}: {line}" for name, p in self.people.items()
                         for line in p.trace[-6:])

    def _step(self, text, block):
        for pattern, action in self.SENTENCES:
            m = re.fullmatch(pattern, text)
            if m:
                action(self, *m.groups(), *([block] if block else []))
                return
        raise Mismatch("this sentence is not understood")

    def _fill(self, text):
        def word(m):
            name = m.group(1)
            return str(self.names.get(name, m.group(0)))
        def payload(m):
            return xmpp.b64(unescape(m.group(1).strip()).encode())
        return PAYLOAD.sub(payload, WORD.sub(word, text))

    def _user(self, name, password, roles):
        action = [{"method": "create", "data": {
            "name": name, "password": password,
            "email": f"{name}@{self.server.domain}",
            "roles": (roles or "").split()}}]
        run = self.server.tool("msg-send", "set-user", json.dumps(action))
        if run.returncode:
            raise Mismatch(run.stderr)
        self.passwords[name] = password

    def _open(self, name, tls=None):
        port = self.server.tls_port if tls else self.server.port
        self.people[name] = xmpp.Stream(port, self.server.domain, bool(tls),
                                        self.server.file("tls.crt"))

    def _connect(self, name, user, how=None):
        user = self.admin if user == "admin" else user
        self._open(name, how)
        person = self.people[name]
        person.connect(user, self.passwords[user], name.lower())
        self.names[name.lower()] = person.jid

    def _connect_with(self, name, user, password):
        self.passwords[user] = password
        self._connect(name, user)

    def _login(self, name, user, mechanism):
        user = self.admin if user == "admin" else user
        self.people[name].login(user, self.passwords.get(user, "wrong"),
                                mechanism)
        self.people[name]._fresh()

    def _authenticate(self, name, user, mechanism, block=""):
        user = self.admin if user == "admin" else user
        self.people[name].authenticate(
            user, self.passwords.get(user, "wrong"), self._fill(block),
            mechanism)

    def _token(self, name, user, token, mechanism, block):
        self.people[name].authenticate(
            self.admin if user == "admin" else user, self._fill(token),
            self._fill(block), mechanism)

    def _no_token(self, name, user, token, mechanism, condition, block):
        try:
            self._token(name, user, token, mechanism, block)
        except xmpp.Refused as e:
            if str(e) == condition:
                return
            raise
        raise Mismatch("was not refused")

    def _told(self, name, offer):
        """XEP-0474: 'MECHANISM ...' or 'MECHANISM ... / TYPE ...'"""
        text = "\x1f".join("\x1e".join(sorted(part.split()))
                           for part in offer.split("/"))
        want = xmpp.b64(hashlib.sha256(text.encode()).digest())
        got = self.people[name].server_first.get("h")
        if got != want:
            raise Mismatch(f"the server said {got}")

    def _stop(self):
        self.server.tell()

    def _restart(self, name):
        self.people[name]._fresh()

    def _refused(self, name, user, password, mechanism, condition):
        try:
            self.people[name].login(
                self.admin if user == "admin" else user, password, mechanism)
        except xmpp.Refused as e:
            if str(e) == condition:
                return
            raise
        raise Mismatch("was not refused")

    def _send(self, name, block):
        self.people[name].send(self._fill(block))

    def _receive(self, name, block):
        person = self.people[name]
        header = re.match(r"\s*<stream:stream([^>]*)>", block)
        if header:
            want = ET.fromstring(f"<stream:stream {NAMESPACES}"
                                 f"{header.group(1)}/>")
            while person.header is None:
                person._read()
            match_element(want, person.header, self.names)
            block = block[header.end():]
        for want in ET.fromstring(f"<x {NAMESPACES}>{block}</x>"):
            match_element(want, person.next(), self.names)

    def _literally(self, name, block):
        person = self.people[name]
        if self._fill(block) not in "".join(
                line[9:] for line in person.trace if line[0] == "r"):
            raise Mismatch("that did not come")

    def _nothing(self, name):
        person = self.people[name]
        person.send("<iq type='get' id='nothing-before-this'>"
                    "<ping xmlns='urn:xmpp:ping'/></iq>")
        got = person.next()
        if got.get("id") != "nothing-before-this":
            raise Mismatch("received " + ET.tostring(got, "unicode"))

    def _ended(self, name):
        try:
            got = self.people[name].next()
        except xmpp.Closed:
            self.people[name].sock.close()
            return
        raise Mismatch("received " + ET.tostring(got, "unicode"))

    def _return(self, name, user):
        self._open(name, "TLS")
        person = self.people[name]
        person.open()
        user = self.admin if user == "admin" else user
        person.login(user, self.passwords[user])
        person.open()

    def _lose(self, name, block=None):
        person = self.people[name]
        if block:
            person.send(self._fill(block))
        person.cut()

    def _detach(self, name):
        self.detached += 1
        self.people[name].cut()
        self.server.wait_line("event=detached", self.detached)

    def _leave(self, name):
        rest = self.people.pop(name).close()
        if rest:
            raise Mismatch("received " + ET.tostring(rest[0], "unicode"))

    SENTENCES = [
        (SERVER.pattern, lambda *unused: None),
        (r"The server is stopped\.", _stop),
        (r"There is a user (\S+) with password (\S+?)"
         r"(?: and (?:the )?roles? (.+))?\.", _user),
        (r"(\w+) opens a connection\.", _open),
        (r"(\w+) opens a connection with (TLS)\.", _open),
        (r"(\w+) connects as (\S+)\.", _connect),
        (r"(\w+) connects as (\S+) with (TLS) from the first byte\.",
         _connect),
        (r"(\w+) connects as (\S+) with password (.+)\.", _connect_with),
        (r"(\w+) goes on with a new stream\.", _restart),
        (r"(\w+) starts TLS\.", lambda p, n: p.people[n].proceed()),
        (r"(\w+) logs in as (\S+) with (\S+)\.", _login),
        (r"(\w+) authenticates as (\S+) with token (\S+) and (\S+) and:",
         _token),
        (r"(\w+) cannot authenticate as (\S+) with token (\S+) and (\S+): "
         r"(\S+)\.", _no_token),
        (r"(\w+) authenticates as (\S+) with (\S+) and:", _authenticate),
        (r"(\w+) was told that (.+) was offered\.", _told),
        (r"(\w+) authenticates as (\S+) with (\S+)\.", _authenticate),
        (r"(\w+) cannot log in as (\S+) with password (\S+) and (\S+): "
         r"(\S+)\.", _refused),
        (r"(\w+) sends:", _send),
        (r"(\w+) receives:", _receive),
        (r"(\w+) receives nothing\.", _nothing),
        (r"(\w+) has received, literally:", _literally),
        (r"(\w+)'s stream ends\.", _ended),
        (r"(\w+) disconnects\.", _leave),
        (r"(\w+) comes back as (\S+)\.", _return),
        (r"(\w+)'s connection is lost\.", _lose),
        (r"(\w+)'s connection is lost, and the server knows\.", _detach),
        (r"(\w+)'s connection is lost after:", _lose),
    ]
