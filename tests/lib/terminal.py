"""terminal.py - a tool on a terminal of its own."""

import fcntl
import os
import pty
import select
import signal
import struct
import termios

from server import BIN

WAIT = 60


class Terminal:
    """What it shows is read until it has what is waited for."""

    def __init__(self, env, *words, rows=24, columns=80):
        self.seen, self.at = b"", 0
        self.pid, self.fd = pty.fork()
        if self.pid == 0:
            fcntl.ioctl(0, termios.TIOCSWINSZ,
                        struct.pack("HHHH", rows, columns, 0, 0))
            os.execve(os.path.join(BIN, words[0]), words, env)

    def _read(self):
        if not select.select([self.fd], [], [], WAIT)[0]:
            return False
        try:
            data = os.read(self.fd, 4096)
        except OSError:
            return False
        self.seen += data
        return bool(data)

    def shows(self, text):
        """True when text comes after what was looked for before."""
        while (found := self.seen.find(text.encode(), self.at)) < 0:
            if not self._read():
                return False
        self.at = found + len(text)
        return True

    def type(self, text):
        os.write(self.fd, text.encode())

    def signal(self, number=signal.SIGINT):
        os.kill(self.pid, number)

    def end(self):
        while self._read():
            pass
        os.close(self.fd)
        return os.waitstatus_to_exitcode(os.waitpid(self.pid, 0)[1])
