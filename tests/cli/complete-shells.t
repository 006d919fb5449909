#!/usr/bin/python3
"""Tab in bash, zsh and fish on a terminal: what the tool gets in the end are
the words that were meant, whatever has to be quoted."""

import os
import shutil
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "../lib"))
import tap
from server import BIN, Server
from terminal import Terminal

TOP = os.getcwd()

# What is typed (T: Tab; a quote that is open then is closed by the shell), and the words that the tool gets.
LINES = [
    ("get /abT", ["get", "/about"]),
    ("get '/abT", ["get", "/about"]),
    ('get "/abT', ["get", "/about"]),
    ("get /neTbrT", ["get", "/news/brontë-ünï"]),
    ("get '/neTbrT", ["get", "/news/brontë-ünï"]),
    ('get "/neTbrontë-T', ["get", "/news/brontë-ünï"]),
    ("get /news/東T", ["get", "/news/東京"]),
    ("get /about/@tiT", ["get", "/about/@title"]),
    ("get '/about/@tiT", ["get", "/about/@title"]),
    ("--branch=liT", ["--branch=live"]),
    ("-b 'liT", ["-b", "live"]),
    ("save '/about' tiTx", ["save", "/about", "title=x"]),
    ("user oT", ["user", "o$b(1)"]),
    ("user 'oT", ["user", "o$b(1)"]),
    ('user "oT', ["user", "o$b(1)"]),
    ("--password-file myT", ["--password-file", "my file"]),
    ("--password-file=myT", ["--password-file=my file"]),
    ("--password-file 'myT", ["--password-file", "my file"]),
    ("--password-file my\\ T", ["--password-file", "my file"]),
    ("--password-file itT", ["--password-file", "it's \"it\""]),
    ("--password-file \"itT", ["--password-file", "it's \"it\""]),
    ("--password-file éT", ["--password-file", "é à"]),
    ("--password-file d\\ dTinT", ["--password-file", "d d/in it"]),
    ("set @myT", ["set", "@my file"]),
    ("save /about content=@myT", ["save", "/about", "content=@my file"]),
    ("-m 'why \"so\"' get /abT", ["-m", 'why "so"', "get", "/about"]),
]

STARTS = {
    "bash": (["bash", "--norc", "--noprofile", "-i"],
             "PS1='re''ady> '; . {top}/completions/msg.bash\n"),
    "zsh": (["zsh", "-f", "-i"],
            "PS1='re''ady> '; fpath=({top}/completions $fpath);"
            " autoload -Uz compinit; compinit -u -d {here}/dump\n"),
    "fish": (["fish", "--no-config", "-i"],
             "function fish_prompt; echo -n re'ady> '; end;"
             " source {here}/msg-send.fish\n"),
}

# Stands for msg-send: completes as that does, and else tells its words.
TOOL = """#!/bin/sh
case $1 in --complete) exec {bin}/msg-send "$@" ;; esac
for word; do printf '%s\\n' "$word"; done >{here}/words
echo to"ld"
"""


def prepare(here):
    os.makedirs(f"{here}/d d")
    for name in ("my file", "it's \"it\"", "é à", "d d/in it"):
        open(f"{here}/{name}", "w").close()
    os.makedirs(f"{here}/bin")
    with open(f"{here}/bin/msg-send", "w") as f:
        f.write(TOOL.format(bin=os.path.join(TOP, BIN), here=here))
    os.chmod(f"{here}/bin/msg-send", 0o755)
    with open(f"{TOP}/completions/msg.fish") as f:
        text = f.read().replace("TOOL", "msg-send")
    with open(f"{here}/msg-send.fish", "w") as f:
        f.write(text)


def check(shell, here, env):
    words, first = STARTS[shell]
    terminal = Terminal(env, shutil.which(words[0]), *words[1:], columns=200)
    terminal.type(f"cd {here}; " + first.format(top=TOP, here=here))
    if not tap.ok(terminal.shows("ready> "), f"{shell} starts",
                  terminal.seen):
        return
    for line, want in LINES:
        if os.path.exists(f"{here}/words"):
            os.unlink(f"{here}/words")
        line = line.replace("T", "\t")
        terminal.type(f"msg-send {line}\r")
        told = terminal.shows("told")
        got = open(f"{here}/words").read().split("\n")[:-1] if told else None
        if not tap.ok(got == want, f"{shell}: {line!r}", f"{got}"):
            tap.diag(repr(terminal.seen[-600:]))
        if not told:
            break
    terminal.type("exit\r")
    terminal.end()


def main():
    here = tempfile.mkdtemp(prefix="msg-test.")
    prepare(here)
    with Server() as server:
        for name in ("brontë-ünï", "東京"):
            server.tool("msg-send", "create", "Page", f"/news/{name}")
        with open(f"{here}/secret", "w", encoding="utf-8") as f:
            f.write("secret77")
        os.chmod(f"{here}/secret", 0o600)
        server.tool("msg-send", "user", "add", "o$b(1)",
                    f"password=@{here}/secret")
        env = dict(server.env, TERM="xterm", MSG_COMPLETION_TIME="60s",
                   PATH=f"{here}/bin:{server.env['PATH']}")
        for shell in STARTS:
            check(shell, here, env)
    shutil.rmtree(here)
    tap.done()


main()
