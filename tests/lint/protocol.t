#!/usr/bin/python3
"""msg-protocol(7) against the tables of commands and errors, and its examples
against the transcripts that are played."""

import glob
import os
import re
import sys

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "../lib"))
import tap


def read(path):
    with open(path, encoding="utf-8") as f:
        return f.read()


def flat(text):
    """Without the white space that XML and JSON do not care for."""
    text = re.sub(r"\s*([<>])\s*", r"\1", text)
    return re.sub(r"\s+", " ", re.sub(r"base64:\s+", "base64:", text)).strip()


def examples(page):
    """The stanzas of the C: and S: lines, one text for each run of a side."""
    for block in re.findall(r"^\.Bd -literal\n(.*?)^\.Ed", page, re.M | re.S):
        side, text = "", []
        for line in block.splitlines() + ["?: "]:
            if line[:3] != side and text:
                yield "\n".join(text)
                text = []
            side = line[:3]
            text.append(line[3:])


def main():
    page = read("man/msg-protocol.7")
    commands = {f"{verb}-{name}" for verb, name in re.findall(
        r"^X\((\w+), (\w+),", read("common/msg/commands.def"), re.M)}
    listed = set(re.findall(r"^\.It Ic (\S+)", page, re.M))
    tap.ok(commands and commands == listed,
           "the page has the commands of the table",
           f"missing {commands - listed}, too many {listed - commands}")

    errors = dict(re.findall(r'^\s*X\(\w+,\s*\d, "([\w-]+)",\s*"([\w-]+)"',
                             read("common/base/err.h"), re.M))
    rows = {
        code: condition for condition, code in
        re.findall(r"^\.It ([\w-]+) Ta ([\w-]+) Ta", page, re.M)}
    wrong = [f"{code}: {condition}, not {errors.get(code)}"
             for code, condition in rows.items()
             if errors.get(code) != condition]
    tap.ok(len(rows) > 10 and not wrong,
           "its errors are those of the table", "\n".join(wrong))
    client = {"ok", "config", "connect", "auth", "no-answer", "gap"}
    tap.none(sorted(set(errors) - set(rows) - client),
             "no error of the table is missing")

    played = " ".join(flat(read(p)) for p in glob.glob("tests/xmpp/*.txt"))
    found = list(examples(page))
    tap.ok(len(found) >= 8, "the page has examples", len(found))
    tap.none([e for e in found if flat(e) not in played],
             "each example is a part of a transcript")
    tap.done()


main()
