"""server.py - a msg-serve of a test's own: free ports, a directory that goes
with it, ended by its process id."""

import os
import re
import shutil
import signal
import subprocess
import tempfile
import threading

TOP = os.path.abspath(os.path.join(os.path.dirname(__file__), "../.."))
BIN = os.path.join(TOP, os.environ.get("BIN", "bin"))
READY = re.compile(r"\bready\b")
PORT = re.compile(r"127\.0\.0\.1:(\d+)")


class Server:
    """with Server("--no-demo") as s: s.port, s.tls_port, s.http_port,
    s.https_port, s.env, s.domain"""

    def __init__(self, *options):
        self.dir = tempfile.mkdtemp(prefix="msg-test.")
        self.options = options
        self.domain = "localhost"
        self.port = self.tls_port = 0
        self.lines = []
        self.told = False
        self.more = threading.Condition()  # told of each line
        self.env = {k: v for k, v in os.environ.items()
                    if not k.startswith(("MSG_", "XDG_"))}
        self.env.update(
            HOME=self.dir, LC_ALL="C.UTF-8", TERM="dumb",
            PATH=BIN + ":" + os.environ["PATH"],
            MSG_LISTEN_HTTP="127.0.0.1:0", MSG_LISTEN_HTTPS="127.0.0.1:0",
            **{f"XDG_{x}_HOME": os.path.join(self.dir, x.lower())
               for x in ("CONFIG", "DATA", "STATE", "CACHE")})
        self.process = None

    def start(self):
        """Started again, it is where it was."""
        self.process = subprocess.Popen(
            [os.path.join(BIN, "msg-serve"),
             f"--listen=127.0.0.1:{self.port}",
             f"--listen-tls=127.0.0.1:{self.tls_port}", *self.options],
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE, text=True, errors="replace",
            env=self.env, cwd=self.dir)
        for line in self.process.stderr:
            self.lines.append(line)
            if READY.search(line):
                (self.port, self.tls_port, self.http_port,
                 self.https_port) = map(int, PORT.findall(line)[:4])
                break
        else:
            raise RuntimeError("msg-serve did not start:\n" + self.log())
        self.reader = threading.Thread(target=self._read, daemon=True)
        self.reader.start()
        return self

    def _read(self):
        for line in self.process.stderr:
            with self.more:
                self.lines.append(line)
                self.more.notify_all()

    def wait_line(self, pattern, count=1):
        """Until so many lines of its log match."""
        with self.more:
            if not self.more.wait_for(
                    lambda: sum(1 for line in self.lines
                                if re.search(pattern, line)) >= count, 120):
                raise RuntimeError(f"no line '{pattern}' came")

    def log(self):
        return "".join(self.lines[-40:])

    def tell(self):
        """Begin to stop it."""
        self.process.terminate()
        self.told = True

    def stop(self, how=signal.SIGTERM):
        """The exit status."""
        if self.process is None:
            return None
        if not self.told:
            self.process.send_signal(how)
        try:
            status = self.process.wait(120)
        except subprocess.TimeoutExpired:
            self.process.kill()
            status = "did not end"
        self.reader.join(5)
        self.process = None
        return status

    def context(self):
        """What the server wrote for clients: {name: value}."""
        found = {}
        with open(self.file("client.conf"), encoding="utf-8") as f:
            for m in re.finditer(r'^\s*([\w-]+)\s*=\s*"?(.*?)"?\s*$',
                                 f.read(), re.M):
                found[m.group(1)] = m.group(2)
        with open(self.file(found["password-file"]), encoding="utf-8") as f:
            found["password"] = f.readline().rstrip("\n")
        return found

    def file(self, name):
        """The path of a file in the store's directory."""
        return os.path.join(self.dir, "data", "msg", name)

    def tool(self, *words, stdin=""):
        """Run one of our tools as this server's administrator."""
        return subprocess.run([os.path.join(BIN, words[0]), *words[1:]],
                              input=stdin, capture_output=True, text=True,
                              env=self.env, cwd=self.dir, timeout=60)

    def __enter__(self):
        return self.start()

    def __exit__(self, *unused):
        self.stop()
        shutil.rmtree(self.dir, ignore_errors=True)
