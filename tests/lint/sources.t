#!/usr/bin/python3
"""What CONVENTIONS say of every C file, as far as a program can tell."""

import glob
import os
import re
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "../lib"))
import tap

LAYERS = ["base", "io", "xmpp", "avro", "msg", "cli"]

BANNED = re.compile(r"\b(strcpy|strcat|strncpy|strncat|sprintf|vsprintf|strtok"
                    r"|atoi|atol|atof|gets)\s*\(")
CTYPE = re.compile(r"\b(is(?:alnum|alpha|ascii|blank|cntrl|digit|graph|lower"
                   r"|print|punct|space|upper|xdigit)|tolower|toupper)\s*\("
                   r"(?!\(unsigned char\)|\(uint8_t\))")
TYPEDEF = re.compile(r"\btypedef\s+(struct|union|enum)\b")

# A library's header, and the only files that may know it.
ONLY_IN = [
    (r"libxml/", r"common/xmpp/stream_parse\.c"),
    (r"strophe\.h", r"common/xmpp/client(_secure)?\.c"),
    (r"readline/", r"cmd/[^/]+/(.*/)?repl\.c"),
    (r"avro\.h|avro/(basics|schema|value|io)\.h|jansson\.h",
     r"common/avro/.*"),
    (r"lmdb\.h", r"cmd/msg-serve/store/engine_lmdb(_files)?\.c"),
    (r"libpq-fe\.h", r"cmd/msg-serve/store/engine_pq\.c"),
    (r"uv\.h", r"common/io/.*"),
    (r"wslay/", r"common/io/.*"),
    (r"confuse\.h", r"(common/cli|cmd/msg-serve)/.*"),
    (r"(md5|sha2)\.h", r"common/avro/schema\.c"),
    (r"pcap/", r"cmd/msg-stanza-dump/net/pcap\.c"),
    (r"cmocka\.h", r"tests/unit/unit\.h"),
    (r"linux/|sys/epoll\.h|sys/eventfd\.h|sys/signalfd\.h", r"common/io/.*"),
]

INCLUDE = re.compile(r'^\s*#\s*include\s+([<"])([^>"]+)[>"]', re.M)
TOKEN = re.compile(r"""//[^\n]*|/\*.*?\*/|"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'""",
                   re.S)


def code_of(text):
    """The text without comments and strings, its lines where they were."""
    def blank(m):
        return re.sub(r"[^\n]", " ", m.group(0))
    return TOKEN.sub(blank, text)


def places(pattern, text, path):
    for m in pattern.finditer(text):
        line = text.count("\n", 0, m.start()) + 1
        yield f"{path}:{line}: {m.group(0)}"


def layer_of(path):
    m = re.match(r"common/(\w+)/", path)
    return m.group(1) if m else None


def wrong_includes(path, text):
    """A layer includes itself and those before it; a tool common/ and itself."""
    mine = layer_of(path)
    tool = re.match(r"cmd/([^/]+)/", path)
    for kind, name in INCLUDE.findall(text):
        if kind == "<":
            for header, where in ONLY_IN:
                if re.match(header, name) and not re.fullmatch(where, path):
                    yield f"{path}: <{name}> is for {where} alone"
            continue
        part = name.split("/")[0]
        if mine:
            if part not in LAYERS or "/" not in name:
                yield f'{path}: "{name}" is no file of a layer'
            elif LAYERS.index(part) > LAYERS.index(mine):
                yield f'{path}: "{name}" is of a later layer'
        elif tool and not (os.path.exists(f"common/{name}")
                           or os.path.exists(f"cmd/{tool.group(1)}/{name}")
                           or os.path.exists(
                               os.path.join(os.path.dirname(path), name))):
            yield f'{path}: "{name}" is neither common nor its own'
        if ".." in name:
            yield f'{path}: "{name}" climbs'


def long_functions(path, text):
    """Bodies of more than 60 lines: K&R, so '{' and '}' stand in column 0."""
    start = None
    for number, line in enumerate(text.splitlines(), 1):
        if line == "{":
            start = number
        elif line == "}" and start:
            if number - start - 1 > 60:
                yield f"{path}:{start}: {number - start - 1} lines"
            start = None


def untidy(path, text):
    for number, line in enumerate(text.splitlines(), 1):
        if line != line.rstrip():
            yield f"{path}:{number}: space at the end"
        if re.match(r"\t* {8,}\S", line):
            yield f"{path}:{number}: eight spaces for a tab"
        if len(line.expandtabs(8)) > 80:
            yield f"{path}:{number}: {len(line.expandtabs(8))} columns"
    if text and not text.endswith("\n"):
        yield f"{path}: no newline at the end"


def globals_of(archive):
    """Symbols in writable sections: mutable state outside a struct."""
    out = subprocess.run(["objdump", "-t", archive], capture_output=True,
                         text=True, check=True).stdout
    member = ""
    for line in out.splitlines():
        if line.endswith("file format elf64-x86-64") or ":     file " in line:
            member = line.split(":")[0]
        m = re.match(r"\S+ ......O (\S+)\s+\S+\s+(\S+)", line)
        if m and re.match(r"\.(t?bss|t?data|data\.rel)(?!\.ro)", m.group(1)):
            if not re.match(r"\.data\.rel\.ro", m.group(1)):
                yield f"{archive} {member}: {m.group(2)}"


def main():
    sources = sorted(glob.glob("common/**/*.[ch]", recursive=True)
                     + glob.glob("cmd/**/*.[ch]", recursive=True))
    tests = sorted(glob.glob("tests/**/*.[ch]", recursive=True))
    texts = {p: open(p, encoding="utf-8").read() for p in sources + tests
             if "node_modules" not in p}
    codes = {p: code_of(t) for p, t in texts.items()}

    def each(check, paths=sources, what=texts):
        return [c for p in paths for c in check(p, what[p])]

    tap.ok(len(sources) > 50, "the sources are found", str(len(sources)))
    tap.none(each(wrong_includes), "layers include only earlier ones")
    tap.none(each(lambda p, t: places(BANNED, t, p), texts, codes),
             "no banned call")
    tap.none(each(lambda p, t: places(CTYPE, t, p), texts, codes),
             "no ctype on plain char")
    tap.none(each(lambda p, t: places(TYPEDEF, t, p), texts, codes),
             "no typedef of a struct")
    tap.none([f"{p}: {texts[p].count(chr(10))} lines" for p in sources
              if texts[p].count("\n") > 500], "no file over 500 lines")
    tap.none(each(long_functions), "no function over a screen")
    tap.none(each(untidy, texts), "tabs of eight, 80 columns")
    archives = glob.glob("build/release/*.a")
    tap.ok(archives, "the library is built")
    tap.none([g for a in archives for g in globals_of(a)],
             "no mutable global")
    tap.done()


main()
