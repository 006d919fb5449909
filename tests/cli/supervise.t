#!/usr/bin/python3
"""msg-serve under a service manager: sockets handed in, sd_notify, watchdog,
the journal, and what SIGHUP changes while clients stay connected."""

import os
import re
import resource
import signal
import socket
import ssl
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "../lib"))
import tap
from server import BIN, Server

SERVE = os.path.join(BIN, "msg-serve")


class Manager:
    """The part of systemd that a service sees: msg-serve with a notify
    socket, and listening sockets with names."""

    def __init__(self, server, *options, sockets=(), watchdog_us=0,
                 abstract=False, pid=True):
        self.notify = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        name = os.path.join(server.dir, "notify")
        if abstract:
            name = "\0msg-test-%d" % os.getpid()
        elif os.path.exists(name):
            os.unlink(name)
        self.notify.bind(name)
        self.notify.settimeout(60)
        self.listening = [socket.create_server(("127.0.0.1", 0))
                          for _ in sockets]
        env = dict(server.env, NOTIFY_SOCKET=name.replace("\0", "@"))
        env["LISTEN_FDS"] = str(len(sockets))
        env["LISTEN_FDNAMES"] = ":".join(sockets)
        if watchdog_us:
            env["WATCHDOG_USEC"] = str(watchdog_us)
        self.log = open(os.path.join(server.dir, "log"), "w+b")
        st = os.fstat(self.log.fileno())
        env["JOURNAL_STREAM"] = f"{st.st_dev}:{st.st_ino}"
        os.set_inheritable(self.log.fileno(), True)
        self.pid = os.fork()
        if self.pid == 0:
            self._become(env, options, pid)

    def _become(self, env, options, pid):
        """In the child.  Descriptors from 3 on are what systemd passes."""
        high = [os.dup(s.fileno()) for s in self.listening]
        log = os.dup(self.log.fileno())
        os.dup2(os.open("/dev/null", os.O_RDWR), 0)
        os.dup2(0, 1)
        os.dup2(log, 2)
        for i, fd in enumerate([os.dup(f) for f in high]):
            os.dup2(fd, 3 + i)
        if pid:
            env["LISTEN_PID"] = str(os.getpid())
        os.execve(SERVE, [SERVE, *options], env)

    def said(self):
        """The next datagram."""
        return self.notify.recv(4096).decode()

    def until(self, what):
        while True:
            got = self.said()
            if what in got.split("\n"):
                return got

    def end(self, how=signal.SIGTERM):
        os.kill(self.pid, how)
        status = os.waitstatus_to_exitcode(os.waitpid(self.pid, 0)[1])
        self.log.seek(0)
        text = self.log.read().decode()
        self.log.close()
        self.notify.close()
        for s in self.listening:
            s.close()
        return status, text


def greeted(port, tls=False):
    """Does a stream open there?"""
    with socket.create_connection(("127.0.0.1", port), 60) as s:
        if tls:
            context = ssl.create_default_context()
            context.check_hostname = False
            context.verify_mode = ssl.CERT_NONE
            s = context.wrap_socket(s)
        s.sendall(b"<stream:stream to='localhost' version='1.0' "
                  b"xmlns='jabber:client' "
                  b"xmlns:stream='http://etherx.jabber.org/streams'>")
        return b"stream:features" in receive(s, b"<stream:features")


def receive(s, mark):
    """What comes up to a mark, or to the end."""
    got = more = s.recv(4096)
    while more and mark not in got:
        more = s.recv(4096)
        got += more
    return got


def under_a_manager(server):
    m = Manager(server, sockets=("starttls", "tls"))
    got = m.said()
    tap.ok(got.startswith("READY=1\nSTATUS=Serving localhost"),
           "readiness is told", got)
    ports = [s.getsockname()[1] for s in m.listening]
    tap.ok(greeted(ports[0]), "a socket handed in as starttls is served")
    tap.ok(greeted(ports[1], True), "and one handed in as tls")
    os.kill(m.pid, signal.SIGHUP)
    got = m.said()
    tap.ok(re.fullmatch(r"RELOADING=1\nMONOTONIC_USEC=\d+", got),
           "a reload is told", got)
    tap.ok(m.said() == "READY=1", "and its end")
    os.kill(m.pid, signal.SIGTERM)
    tap.ok(m.said() == "STOPPING=1", "the end is told")
    status, log = m.end(0)
    tap.ok(status == 0, "which is in order", status)
    tap.none([x for x in log.splitlines()
              if not re.match(r"<[3467]>event=", x)],
             "the journal is told a priority for each line")
    tap.ok(f"starttls=127.0.0.1:{ports[0]} tls=127.0.0.1:{ports[1]} " in log,
           "the addresses handed in are told", log)
    tap.ok("time=" not in log and "level=" not in log,
           "and not what the journal knows by itself")


def watchdog(server):
    m = Manager(server, "--listen=127.0.0.1:0", "--listen-tls=none",
                watchdog_us=200000, abstract=True)
    m.until("READY=1")
    beats = [m.said() for _ in range(3)]
    tap.ok(beats == ["WATCHDOG=1"] * 3,
           "signs of life come, by an abstract socket", beats)
    os.kill(m.pid, signal.SIGTERM)
    m.until("STOPPING=1")
    m.end(0)


def refused(server):
    m = Manager(server, sockets=("msg-serve.socket",))
    status = os.waitstatus_to_exitcode(os.waitpid(m.pid, 0)[1])
    m.log.seek(0)
    text = m.log.read().decode()
    tap.ok(status == 2 and "'msg-serve.socket'" in text and
           "FileDescriptorName=" in text,
           "a socket that nobody knows what to speak on is refused", text)
    m = Manager(server, "--listen=127.0.0.1:0", "--listen-tls=none",
                sockets=("starttls",), pid=False)
    m.until("READY=1")
    port = m.listening[0].getsockname()[1]
    _, log = m.end()
    tap.ok(f":{port} " not in log, "sockets for another process are let be")


def reload_keeps_connections():
    s = Server()
    path = os.path.join(s.dir, "serve.conf")
    s.options = (f"--config={path}",)
    put(path, 'max-watches = 3\n')
    with s:
        watch = subprocess.Popen([os.path.join(BIN, "msg-watch"), "--for=1h"],
                                 env=s.env, stdout=subprocess.PIPE, text=True,
                                 stdin=subprocess.DEVNULL)
        wait_for(s, "logged in")
        put(path, 'max-watches = 4\nmax-result = 64k\nworkers = 7\n'
            'log-level = debug\norigin = { "https://a.example", '
            '"https://b.example" }\n')
        s.process.send_signal(signal.SIGHUP)
        wait_for(s, "event=.configuration and certificate reloaded")
        for name, want in (("max-watches", "option changed"),
                           ("origin", "option changed"),
                           ("workers", "wants a restart")):
            tap.ok(wait_for(s, f"{want}.* option={name}"), f"{name}: {want}",
                   s.log())
        got = s.tool("msg-send", "get-status").stdout
        tap.ok('"result_bytes_limit":65536' in got,
               "new limits hold", got)
        tap.ok(wait_for(s, "event=request(?=.* conn=)(?=.* id=)"
                        "(?=.* user=admin)"),
               "requests are told with connection, user and id", s.log())
        put(path, "max-watches = 5\nmax-wotches = 1\n")
        s.process.send_signal(signal.SIGHUP)
        line = wait_for(s, "not reloaded")
        tap.ok("serve.conf:2: " in line and "max-wotches" in line,
               "a bad file is told with its line, and changes nothing", line)
        told = sum("option=max-watches" in x for x in s.lines)
        put(path, 'max-watches = 6\ncert = "/none.crt"\n')
        s.process.send_signal(signal.SIGHUP)
        s.wait_line("not reloaded.*none.crt")
        tap.ok(sum("option=max-watches" in x for x in s.lines) == told,
               "nor does a certificate that is not there", s.log())
        s.tool("msg-send", "set-item", '[{"method":"create","data":'
               '{"_kind":"Page","_path":"/seen"}}]')
        event = watch.stdout.readline()
        tap.ok("/seen" in event, "who was connected still is", event)
        watch.terminate()
        watch.wait()
        watch.stdout.close()


def put(path, text):
    with open(path, "w", encoding="utf-8") as f:
        f.write(text)


def wait_for(server, pattern):
    """The first line that matches; what is waited for is read."""
    at = 0
    while True:
        with server.more:
            while at == len(server.lines):
                if not server.more.wait(60):
                    return ""
            line = server.lines[at]
        at += 1
        if re.search(pattern, line):
            return line


def stream_end(options):
    """What a client is told when the server ends."""
    with Server("--plaintext", *options) as s:
        with socket.create_connection(("127.0.0.1", s.port), 60) as c:
            c.sendall(b"<stream:stream to='localhost' version='1.0' "
                      b"xmlns='jabber:client' "
                      b"xmlns:stream='http://etherx.jabber.org/streams'>")
            receive(c, b"</stream:features>")
            s.process.terminate()
            return receive(c, b"</stream:stream>").decode()


def second_signal():
    """A client that does not go: the first signal waits for it."""
    with Server("--plaintext") as s:
        with socket.create_connection(("127.0.0.1", s.port), 60) as c:
            c.sendall(b"<stream:stream to='localhost' version='1.0' "
                      b"xmlns='jabber:client' "
                      b"xmlns:stream='http://etherx.jabber.org/streams'>")
            receive(c, b"</stream:features>")
            s.process.terminate()
            wait_for(s, "event=stopping")
            return s.stop()


def few_descriptors():
    """More connections than the soft limit that a shell gives."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (64, hard))
    try:
        s = Server().start()
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    many = [socket.create_connection(("127.0.0.1", s.port), 60)
            for _ in range(100)]
    served = greeted(s.port)
    for c in many:
        c.close()
    s.__exit__()
    return served


def main():
    with Server() as server:
        server.stop()
        under_a_manager(server)
        watchdog(server)
        refused(server)
    reload_keeps_connections()
    got = stream_end(())
    tap.ok("<system-shutdown " in got, "the end is system-shutdown", got)
    got = stream_end(("--see-other-host=other.example:5222",))
    tap.ok(re.search(r"<see-other-host [^>]*>other\.example:5222<", got),
           "or see-other-host", got)
    tap.ok(few_descriptors(), "a low soft limit of descriptors is raised")
    # It may come too late, when the client's two seconds are over.
    tap.ok(any(second_signal() == -signal.SIGTERM for _ in range(3)),
           "a second signal ends it at once")
    tap.done()


main()
