"""prosody.py - another XMPP server on loopback, in a directory of its own."""

import base64
import hashlib
import hmac
import os
import random
import socket
import subprocess

CONFIG = """
run_as_root = {root}
pidfile = "{dir}/prosody.pid"
data_path = "{dir}/data"
certificates = "{dir}"
plugin_paths = {{}}
interfaces = {{ "127.0.0.1" }}
c2s_ports = {{ {port} }}
c2s_direct_tls_ports = {{ {tls_port} }}
s2s_ports = {{}}
http_ports = {{}}
https_ports = {{ {https} }}
https_ssl = {{ certificate = "{cert}"; key = "{key}"; }}
gc = {{ mode = "generational" }}
network_settings = {{ nagle = false }}
modules_enabled = {{ "roster", "saslauth", "tls", "disco", "ping"{more} }}
modules_disabled = {{ "s2s", "limits", "offline" }}
authentication = "internal_hashed"
c2s_require_encryption = true
log = {{ {log} }}
ssl = {{ certificate = "{cert}"; key = "{key}"; }}
c2s_direct_tls_ssl = {{ certificate = "{cert}"; key = "{key}"; }}
VirtualHost "localhost"
"""


def free_port():
    """One that no connection gets by chance until it is used."""
    while True:
        port = random.randint(20000, 32000)
        with socket.socket() as s:
            try:
                s.bind(("127.0.0.1", port))
                return port
            except OSError:
                pass


def account(user, password):
    """What prosodyctl register would leave."""
    salt = base64.b64encode(os.urandom(12)).decode()
    salted = hashlib.pbkdf2_hmac("sha1", password.encode(), salt.encode(),
                                 4096)
    client = hmac.digest(salted, b"Client Key", "sha1")
    server = hmac.digest(salted, b"Server Key", "sha1")
    return ("return {\n"
            f'\t["salt"] = "{salt}";\n'
            '\t["iteration_count"] = 4096;\n'
            f'\t["stored_key"] = "{hashlib.sha1(client).hexdigest()}";\n'
            f'\t["server_key"] = "{server.hex()}";\n'
            "};\n")


def configure(where, port, tls_port, cert, key, accounts, log="",
              https_port=None):
    """As fast as it gets: no limits, no second server; BOSH where there is a
    port for it.  Returns the command that starts it."""
    there = os.path.join(where, "data", "localhost", "accounts")
    os.makedirs(there)
    for user, password in accounts.items():
        with open(os.path.join(there, user + ".dat"), "w") as f:
            f.write(account(user, password))
    path = os.path.join(where, "prosody.cfg.lua")
    with open(path, "w") as f:
        f.write(CONFIG.format(root="true" if os.getuid() == 0 else "false",
                              dir=where, port=port, tls_port=tls_port,
                              cert=cert, key=key, log=log,
                              https=https_port or "",
                              more=', "bosh"' if https_port else ""))
    return ["prosody", "--config", path, "-F"]


class Prosody:
    """with Prosody(where, cert, key, {"romeo": "secret"}) as p: p.port"""

    def __init__(self, where, cert, key, accounts):
        self.dir = where
        self.port, self.tls_port = free_port(), free_port()
        self.command = configure(where, self.port, self.tls_port, cert, key,
                                 accounts, 'info = "*console"')

    def __enter__(self):
        self.process = subprocess.Popen(
            self.command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT, text=True)
        said = []
        for line in self.process.stdout:
            said.append(line)
            if "Activated service 'c2s' on" in line:
                return self
        raise RuntimeError("Prosody did not start:\n" + "".join(said))

    def __exit__(self, *unused):
        self.process.terminate()
        self.process.communicate()
