#!/usr/bin/python3
"""msg-send on a terminal: history, completion, hints, JSON over several lines,
events above the prompt, a server that comes back, questions for a password."""

import os
import stat
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "../lib"))
import tap
from server import BIN, Server
from terminal import Terminal


def send(env, *words):
    """What msg-send prints elsewhere."""
    return subprocess.run([os.path.join(BIN, "msg-send"), *words], env=env,
                          capture_output=True, text=True, timeout=60,
                          stdin=subprocess.DEVNULL).stdout


def lines(env):
    t = Terminal(env, "msg-send")
    tap.ok(t.shows("msg> "), "there is a prompt", t.seen)
    t.type("get-it\t/about/@name\n")
    tap.ok(t.shows('["about"]'), "a command is completed", t.seen)
    t.shows("msg> ")
    t.type("get-item /[\n")
    tap.ok(t.shows("bad-request (syntax)"), "an error is told", t.seen)
    tap.ok(t.shows("msg> "), "and is not the end", t.seen)
    t.type("nonsense\x03")
    t.shows("msg> ")
    t.type("get-item /about\n")
    tap.ok(t.shows('\r\n    "_key": '), "Ctrl-C drops the line; an answer "
           "is indented", t.seen)
    t.shows("msg> ")
    t.type('set-user [{"method":"save","data":{"password":"hidden"}}]\n')
    t.shows("msg-send: ")
    t.shows("msg> ")
    t.type("\x04")
    tap.ok(t.end() == 0, "Ctrl-D is the end", t.seen)


def redirected(env):
    """Standard output is for answers alone."""
    out = os.path.join(env["HOME"], "answers")
    err = os.path.join(env["HOME"], "errors")
    for to, what in ((f">{out}", "file"), (f">{out} 2>{err}", "file, errors "
                     "too"), (f"| cat >{out}", "pipe")):
        t = Terminal(env, "/bin/sh", "-c", f"exec {BIN}/msg-send {to}"
                     if "|" not in to else f"{BIN}/msg-send {to}")
        tap.ok(t.shows("msg> "), f"output is a {what}: the prompt is on the "
               "terminal", t.seen)
        t.type("help quit\n")
        tap.ok(t.shows("as Ctrl-D does"), "and what it says", t.seen)
        t.shows("msg> ")
        t.type("get-item /about/@name\n")
        t.shows("msg> ")
        t.type("quit\n")
        tap.ok(t.end() == 0, "to its end", t.seen)
        got = open(out).read()
        tap.ok(got == '["about"]\n', "and the answers are the output", got)


def history(env):
    path = os.path.join(env["XDG_STATE_HOME"], "msg/history")
    tap.ok(stat.S_IMODE(os.stat(path).st_mode) == 0o600,
           "others cannot read the history")
    text = open(path).read()
    tap.ok("get-item /about/@name\n" in text, "it has what was typed", text)
    tap.ok("hidden" not in text, "but no password", text)
    t = Terminal(env, "msg-send")
    t.shows("msg> ")
    t.type("\x1b[A\n")
    tap.ok(t.shows('"_key"'), "the next prompt knows it", t.seen)
    t.shows("msg> ")
    t.type("quit\n")
    tap.ok(t.end() == 0, "quit ends it", t.seen)


def completion(env):
    t = Terminal(env, "msg-send")
    t.shows("msg> ")
    for typed, shows, what in [
            ("get /ab\t/@name\n", '["about"]', "a path"),
            ("get /news/article-\t\t", "/news/article-3", "paths"),
            ("\x15get /ne\tarticle-1/@name\n", '["article-1"]',
             "a folder's path, to go on from"),
            ("create Pa\t/made ti\t'Made here'\n", '"title": "Made here"',
             "a kind and its field"),
            ("save /made desc\tlong\n", '"description": "long"',
             "a field of an item"),
            ("get-item --bra\tstag\t/about/@name\n", '["about"]',
             "an attribute and a branch"),
            ("user adm\t\n", '"name": "admin"', "a user"),
            (":for\tjs\t\n", "msg> ", "the prompt's own words")]:
        t.type(typed)
        tap.ok(t.shows(shows), f"completed: {what}", t.seen[-500:])
    t.type("save /about \t\t")
    tap.ok(t.shows("title="), "fields are offered", t.seen[-800:])
    t.type("\x15mv /about x\t")
    tap.ok(t.shows("mv <PATH...> TO"), "a hint where nothing is offered",
           t.seen[-500:])
    t.type("\x15publish ?")
    tap.ok(t.shows("publish <BRANCH> [PATH=mine|theirs...]"),
           "'?' says how a command goes", t.seen[-500:])
    tap.ok(t.shows("staging"), "and what could stand there", t.seen[-500:])
    t.type("\x15get //Page[@title='a?b']\n")
    tap.ok(t.shows("\r[]"), "'?' inside a word is a character", t.seen[-500:])
    t.type("help diff\n")
    tap.ok(t.shows("diff PATH [REV [REV]]"), "help of a word", t.seen[-500:])
    t.type("quit\n")
    t.end()


def settings(env):
    t = Terminal(env, "msg-send")
    t.shows("msg> ")
    t.type(":format json\nget /about/@name | sed s/about/piped/\n")
    tap.ok(t.shows('["piped"]'), "an answer goes to a program",
           t.seen[-500:])
    t.type("get /about | head -c 2; echo; echo d'o'ne\n")
    tap.ok(t.shows("\r\ndone"), "which need not read all of it", t.seen[-500:])
    t.type("get (/about | /news)/@name\n")
    tap.ok(t.shows('["about","news"]'), "a union is no program",
           t.seen[-500:])
    t.type(":format raw\nget /about/@name\n")
    tap.ok(t.shows("\rabout\r\n"), ":format raw", t.seen[-500:])
    t.type(":format nonsense\n")
    tap.ok(t.shows("':format' takes: text|json|raw|avro"),
           ":format of nothing", t.seen[-500:])
    t.type(":format raw\nbranch create draft\n:branch dr\t\n")
    tap.ok(t.shows("draft> "), ":branch is completed, and shown",
           t.seen[-500:])
    t.type("save /about title=Draft\n:branch\nget /about/@title\n")
    tap.ok(t.shows("\rAbout\r\n"), "and changes that branch alone",
           t.seen[-500:])
    t.type(":time 0ms\nget /about/@name\n")
    tap.ok(t.shows(" s)"), ":time says how long it took", t.seen[-500:])
    t.shows("msg> ")
    t.type('set [{"method":"save",\n')
    tap.ok(t.shows("...> "), "open JSON goes on in the next line",
           t.seen[-500:])
    t.type('"data":{"_path":"/about",\n"description":"[\\"{"}}]\n')
    tap.ok(t.shows('"description":"[\\"{"'), "until it is closed",
           t.seen[-500:])
    t.shows("msg> ")
    t.type('set [{\n')
    t.shows("...> ")
    t.type("\x03")
    tap.ok(t.shows("msg> "), "Ctrl-C drops all of it", t.seen[-500:])
    t.type("\x04")
    t.end()
    got = send(env, "-r", "get", "/about/@description")
    tap.ok(got == '["{\n', "JSON of several lines is done", got)


def watching(server, env):
    t = Terminal(env, "msg-send")
    t.shows("msg> ")
    t.type("watch /news/*\n")
    tap.ok(t.shows("1  /news/*"), "watch", t.seen[-500:])
    t.shows("msg> ")
    t.type("get /half-ty")
    t.shows("get /half-ty")
    send(env, "-m", "why not", "save", "/news/article-1", "title=New")
    tap.ok(t.shows('admin@localhost: save /news/article-1 "why not"\r\n'),
           "an event is shown above the prompt", t.seen[-500:])
    tap.ok(t.shows("msg> get /half-ty"), "and the line is there again",
           t.seen[-500:])
    t.type("ped\n")
    tap.ok(t.shows("[]"), "to be typed on", t.seen[-500:])
    t.shows("msg> ")
    server.stop()
    tap.ok(t.shows("system-shutdown; connecting again"),
           "a lost connection is told", t.seen[-500:])
    server.start()
    tap.ok(t.shows("connected again\r\n"), "and made again", t.seen[-500:])
    t.type("get /about/@name\n")
    tap.ok(t.shows('["about"]'), "commands go on", t.seen[-500:])
    send(env, "save", "/news/article-2", "title=New")
    tap.ok(t.shows("save /news/article-2"), "and so do watches",
           t.seen[-500:])
    t.type("unwatch 1\nwatch\nget /@name\n")
    tap.ok(t.shows('["root"]'), "unwatch", t.seen[-500:])
    t.shows("msg> ")
    server.stop()
    t.shows("connecting again")
    t.type("get /about\n")
    tap.ok(t.shows("not connected; nothing was done"),
           "without a server nothing is done", t.seen[-500:])
    t.shows("msg> ")
    t.type("\x04")
    tap.ok(t.end() == 0, "and Ctrl-D still ends it", t.seen)
    server.start()


def questions(server, env):
    data = os.path.join(env["XDG_DATA_HOME"], "msg")
    pin = open(f"{data}/client.conf").read().split('pin = "')[1].split('"')[0]
    password = open(f"{data}/client.password").read()
    here = ["-s", f"127.0.0.1:{server.port}", "--pin", pin]
    t = Terminal(env, "msg-send", *here, "-j", "admin@localhost", "get",
                 "/about/@name")
    tap.ok(t.shows("Password of admin@localhost: "), "a password is asked for",
           t.seen)
    t.type(password)
    tap.ok(t.shows('["about"]'), "and taken", t.seen)
    tap.ok(password.strip().encode() not in t.seen, "without showing it",
           t.seen)
    t.end()
    t = Terminal(env, "msg-send", *here, "-j", "admin@localhost", "get", "/")
    t.shows("Password of")
    t.type("half\x03")
    tap.ok(t.end() == 2, "Ctrl-C is no password", t.seen)
    for again, shows in [("are", "the passwords differ"), ("art", '"romeo"')]:
        t = Terminal(env, "msg-send", "user", "add", "romeo")
        t.shows("New password of romeo: ")
        t.type("wherefore art thou\n")
        t.shows("The same again: ")
        t.type(f"wherefore {again} thou\n")
        tap.ok(t.shows(shows), f"a new one twice: {shows}", t.seen)
        t.end()


def editing(env):
    send(env, "create", "Page", "/edited", "title=Old")
    script = os.path.join(env["HOME"], "editor")
    with open(script, "w") as f:
        f.write("#!/bin/sh\n"
                "if test -e $HOME/twice; then sed -i s/Mine/Both/ $1\n"
                "else touch $HOME/twice; sed -i s/Old/Mine/ $1\n"
                "msg-send save /edited title=Theirs description=D >/dev/null\n"
                "fi\n")
    os.chmod(script, 0o700)
    t = Terminal(dict(env, EDITOR=script), "msg-send", "edit", "/edited")
    tap.ok(t.shows("title: changed by both"), "a conflict is shown", t.seen)
    tap.ok(t.shows("Edit again? [Y/n]"), "and may be edited again", t.seen)
    t.type("\n")
    tap.ok(t.end() == 0, "over what the other did", t.seen)
    got = send(env, "get", "/edited")
    tap.ok('"title":"Both"' in got and '"description":"D"' in got,
           "nothing of either is lost", got)
    left = os.listdir(os.path.join(env["XDG_STATE_HOME"], "msg/edit"))
    tap.ok(not left, "and no file stays", left)


def editing_alone(server, env):
    """The server stays away for more than one try."""
    script = os.path.join(env["HOME"], "alone-editor")
    with open(script, "w") as f:
        f.write("#!/bin/sh\nread line <$HOME/alone\necho $line >$1\n")
    os.chmod(script, 0o700)
    fifo = os.path.join(env["HOME"], "alone")
    os.mkfifo(fifo)
    t = Terminal(dict(env, EDITOR=script), "msg-send", "edit", "/edited",
                 "content")
    for said in ("first", "second"):
        with open(fifo, "w") as f:
            server.stop()
            f.write(f"typed {said}\n")
        tap.ok(t.shows("Edit again? [Y/n]"), f"no server: {said}", t.seen)
        t.type("\n")
    with open(fifo, "w") as f:
        server.start()
        f.write("typed at last\n")
    tap.ok(t.end() == 0, "there it is", t.seen)
    got = send(env, "-r", "get", "/edited/@content")
    tap.ok(got == "typed at last\n", "what was typed is saved", got)


def programs(env):
    t = Terminal(env, "msg-send")
    t.shows("msg> ")
    t.type("get-item /about | echo sta''rted; sleep 100\n")
    tap.ok(t.shows("started"), "an answer goes to a program", t.seen)
    t.type("\x03")
    tap.ok(t.shows("msg> "), "Ctrl-C is for it", t.seen)
    t.type("get-item /about/@name\n")
    tap.ok(t.shows('["about"]'), "and not the end of the prompt", t.seen)
    t.type("quit\n")
    tap.ok(t.end() == 0, "which is in order", t.seen)


def editing_long(server, env):
    """The server is started again while the editor is open."""
    fifo = os.path.join(env["HOME"], "fifo")
    os.mkfifo(fifo)
    script = os.path.join(env["HOME"], "slow-editor")
    with open(script, "w") as f:
        f.write("#!/bin/sh\nread line <$HOME/fifo\necho $line >$1\n")
    os.chmod(script, 0o700)
    t = Terminal(dict(env, EDITOR=script), "msg-send", "edit", "/edited",
                 "content")
    with open(fifo, "w") as f:      # the editor has opened it, too
        server.stop()
        server.start()
        f.write("typed meanwhile\n")
    tap.ok(t.end() == 0, "the server was started again under the editor",
           t.seen)
    got = send(env, "-r", "get", "/edited/@content")
    tap.ok(got == "typed meanwhile\n", "what was typed is saved", got)


def main():
    with Server() as server:
        env = dict(server.env, TERM="xterm", NO_COLOR="1",
                   MSG_COMPLETION_TIME="60s")
        lines(env)
        history(env)
        redirected(env)
        completion(env)
        settings(env)
        watching(server, env)
        questions(server, env)
        editing(env)
        editing_long(server, env)
        editing_alone(server, env)
        programs(env)
    tap.done()


main()
