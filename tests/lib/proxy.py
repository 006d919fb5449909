"""proxy.py - msg-stanza-dump between a client and a server of a test."""

import os
import re
import signal
import subprocess
import threading

from server import BIN


class Proxy:
    """with Proxy(server.port, env, "--json") as p: p.port; p.stop() gives what
    it printed."""

    def __init__(self, port, env, *options):
        self.process = subprocess.Popen(
            [os.path.join(BIN, "msg-stanza-dump"), "--listen=127.0.0.1:0",
             f"--connect=127.0.0.1:{port}", *options],
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
            stderr=subprocess.PIPE, text=True, env=env)
        self.ready = self.process.stderr.readline()
        self.port = int(re.search(r"listen=127\.0\.0\.1:(\d+)",
                                  self.ready).group(1))
        self.pin = re.search(r"pin=(\w+)", self.ready).group(1)
        self.text, self.status = "", None
        self.reader = threading.Thread(target=self._read, daemon=True)
        self.reader.start()

    def _read(self):
        for line in self.process.stdout:
            self.text += line

    def stop(self):
        if self.status is None:
            self.process.send_signal(signal.SIGINT)
            self.status = self.process.wait(120)
            self.reader.join(30)
            self.said = self.process.stderr.read()
        return self.text

    def __enter__(self):
        return self

    def __exit__(self, *unused):
        self.stop()
