"""examples.py - runs the sessions that README.md and the manual pages show.

A line "$ COMMAND" is a command, "> MORE" goes on with it, what follows is
what it prints: "..." in a line is anything, a line "..." any lines.  Nothing
shown: only the exit status counts.  All commands of a page share one shell
and one server with the demo tree.
"""

import os
import re
import subprocess

from server import BIN, READY, Server

ESCAPES = [(r"\e", "\\"), (r"\(aq", "'"), (r"\(dq", '"'), (r"\-", "-"),
           (r"\(ti", "~"), (r"\(ha", "^"), (r"\(ga", "`"), (r"\&", "")]
FOREVER = re.compile(r"(msg-serve|bin/msg-serve|msg-watch|bin/msg-watch)\b"
                     r"(?!.*(--count|-n|--help|--version|--complete))")


def blocks_of_markdown(text):
    return re.findall(r"^```(?:sh|console)?\n(.*?)^```", text, re.M | re.S)


def blocks_of_mdoc(text):
    """The literal blocks and .Dl lines of the whole page."""
    found = []
    for m in re.finditer(r"^\.Bd -literal.*?\n(.*?)^\.Ed|^\.Dl (.*)$", text,
                         re.M | re.S):
        block = m.group(1) if m.group(1) is not None else (
            m.group(2).split("\n")[0])
        for escape, char in ESCAPES:
            block = block.replace(escape, char)
        found.append(block if block.endswith("\n") else block + "\n")
    return found


def commands_of(block):
    """[(command, [line expected, ...]), ...]"""
    found = []
    for line in block.splitlines():
        if line.startswith("$ "):
            found.append((line[2:], []))
        elif line.startswith("> ") and found and not found[-1][1]:
            found[-1] = (found[-1][0] + "\n" + line[2:], [])
        elif found:
            found[-1][1].append(line)
    return [(c, e[:-1] if e and not e[-1] else e) for c, e in found]


def fits(expected, got):
    if not expected:
        return True
    pattern = ""
    for line in expected:
        if line.strip() == "...":
            pattern += r"(?:[^\n]*\n)*"
        else:
            pattern += ".*".join(map(re.escape, line.rstrip().split("..."))
                                 ) + "\n"
    got = "".join(x.rstrip() + "\n" for x in got.splitlines())
    return re.fullmatch(pattern, got) is not None


class Shell:
    """One bash for all commands of a page."""

    END = "end-of-the-command"

    def __init__(self, server):
        self.dir = os.path.join(server.dir, "shell")
        os.mkdir(self.dir)
        os.symlink(BIN, os.path.join(self.dir, "bin"))
        self.server = server
        self.bash = subprocess.Popen(
            ["bash", "--norc", "-s"], stdin=subprocess.PIPE,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
            env=server.env, cwd=self.dir)
        self.others = []

    def run(self, command):
        """(status, what it printed)"""
        self.bash.stdin.write(f"{{ {command}\n}} </dev/null\n"
                              f"echo; echo {self.END} $?\n")
        self.bash.stdin.flush()
        lines = []
        for line in self.bash.stdout:
            if line.startswith(self.END):
                return int(line.split()[1]), "".join(lines)[:-1]
            lines.append(line)
        return self.bash.wait(), "".join(lines)

    def start(self, command):
        """What runs for ever: (0, its first words) when it got to work."""
        env = self.server.env
        if "msg-serve" in command:
            command = command.replace(":5222", ":0").replace(":5223", ":0")
            new = os.path.join(self.dir, f"data{len(self.others)}")
            env = dict(env, XDG_DATA_HOME=new, MSG_LISTEN="127.0.0.1:0",
                       MSG_LISTEN_TLS="127.0.0.1:0",
                       MSG_LISTEN_HTTP="127.0.0.1:0",
                       MSG_LISTEN_HTTPS="127.0.0.1:0")
        p = subprocess.Popen(["bash", "-c", command], env=env, cwd=self.dir,
                             stdin=subprocess.DEVNULL, text=True,
                             stdout=subprocess.PIPE,
                             stderr=subprocess.STDOUT, start_new_session=True)
        self.others.append(p)
        if "msg-serve" not in command:
            return 0, ""
        said = ""
        for line in p.stdout:
            said += line
            if READY.search(line):
                return 0, said
        return p.wait() or 1, said

    def end(self):
        """Complaints about what should run for ever and did not."""
        found = []
        for p in self.others:
            if p.poll() is not None:
                found.append(f"{p.args[2]}: ended with {p.returncode}")
            else:
                os.killpg(p.pid, 15)
            p.stdout.close()
            p.wait()
        self.bash.stdin.close()
        self.bash.wait()
        return found


def run_page(blocks):
    """How many commands ran, and a text for each that did not do as shown."""
    found, count = [], 0
    with Server() as server:
        shell = Shell(server)
        for block in blocks:
            for command, expected in commands_of(block):
                if re.match(r"(make|git|cd|sudo) ", command):
                    continue
                count += 1
                status, got = (shell.start if FOREVER.match(command)
                               else shell.run)(command)
                if status or not fits(expected, got):
                    found.append(f"$ {command}\nended with {status}\n{got}"
                                 "instead of\n" + "\n".join(expected))
        found += shell.end()
        if found:
            found.append("the server said:\n" + server.log())
    return count, found
