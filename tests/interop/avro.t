#!/usr/bin/python3
"""What goes in comes out: random schemas and values through every frame of
msg-avro-encode, with avro-c, avsc and python3-avro as independent readers and
writers.

    tests/interop/avro.t [SEED [CASE]]

A failure prints the seed and the case; those two as arguments do it again and
keep the files.  AVRO_CASES: how many cases (default 100).
"""

import glob
import io
import json
import os
import random
import shutil
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [os.path.join(HERE, "../lib"), os.path.join(HERE, "avro")]
sys.dont_write_bytecode = True
import cases
import npm
import tap
sys.path = [p for p in sys.path if not p.endswith("tests/interop")]
import avro.datafile
import avro.io
import avro.schema

TOP = os.path.dirname(os.path.dirname(HERE))
TOOL = os.path.join(TOP, os.environ.get("BIN", "bin"), "msg-avro-encode")
CODECS = ["null", "deflate", "snappy", "bzip2", "xz", "zstandard"]
TEXTS = [[], ["--hex"], ["--base64"]]


class Wrong(Exception):
    pass


def tool(args, data=b""):
    done = subprocess.run([TOOL, *args], input=data, capture_output=True,
                          timeout=60)
    if done.returncode != 0 or done.stderr:
        raise Wrong(f"{' '.join(args)}: status {done.returncode}\n"
                    f"{done.stderr.decode('utf-8', 'replace')}")
    return done.stdout


def same(got, want, what):
    if got != want:
        raise Wrong(f"{what}\ngot  {got!r:.300}\nwant {want!r:.300}")


def lines(values):
    return "".join(cases.dumps(v) + "\n" for v in values).encode()


class Check:
    """One case and its files, N.*, in a directory."""

    def __init__(self, case, folder, number, seed):
        self.case = case
        self.base = os.path.join(folder, str(number))
        self.schema = self.base + ".schema"     # with its logical types
        self.r = random.Random(f"{seed} {number} frames")
        self.tagged = lines(map(case.tagged, case.values))

    def put(self, end, data):
        with open(f"{self.base}.{end}", "wb") as f:
            f.write(data)

    def get(self, end):
        with open(f"{self.base}.{end}", "rb") as f:
            return f.read()

    def encode(self, *args, data=None):
        return tool(["-s", self.schema, "--raw-logical", *args],
                    self.tagged if data is None else data)

    def decode(self, data, *args):
        return tool(["-d", "-s", self.schema, "--raw-logical", "--json=avro",
                     *args], data)

    # --- by ourselves ---------------------------------------------------------

    def prepare(self):
        """The files that the oracles read."""
        case = self.case
        self.put("schema", cases.dumps(case.schema).encode())
        self.put("avsc", cases.dumps(case.stripped()).encode())
        self.put("exact.json", cases.dumps(
            list(map(case.exact, case.values))).encode())
        self.raw = self.encode()
        self.put("raw", self.raw)
        # avsc and avro-c have these two codecs both
        self.put("avro", tool(
            ["-s", self.base + ".avsc", "--block-size",
             str(self.r.choice([1, 100, 65536])), "--codec",
             self.r.choice(["null", "deflate"])], self.tagged))

    def alone(self):
        """JSON there and back; the numbers are compared bit by bit."""
        case = self.case
        want = list(map(case.exact, case.values))
        self.text = self.decode(self.raw)
        same([case.from_tagged(json.loads(x)) for x in
              self.text.splitlines()], want, "decoded")
        same(self.encode("--strict", data=self.text), self.raw,
             "what was decoded, encoded strictly")
        if case.bare:
            plain = list(map(case.plain_json, case.values))
            for data, args in self.spellings(plain):
                same(self.encode(*args, data=data), self.raw,
                     f"plain unions, any order {args}")
        readable = tool(["-d", "-s", self.schema], self.raw)
        if case.bare:
            same(tool(["-s", self.schema], readable), self.raw,
                 "readable logical types, there and back")

    def spellings(self, values):
        yield lines(values), []
        yield lines(values), ["--jobs", "2"]
        yield json.dumps(values).encode(), ["--array"]
        yield json.dumps(values, indent=3, ensure_ascii=False).encode(
            "utf-8"), ["-a"]

    def frames(self):
        """Each there and back, in a text or without."""
        codec = self.r.choice(CODECS)
        size = str(self.r.choice([1, 50, 65536]))
        for args, back in (
                ([], ["--raw"]), (["--single-object"], []),
                (["--confluent", "4294967295"], ["--confluent", "any"]),
                (["--delimited"], ["--delimited"]), (["--ocf"], []),
                (["--codec", codec, "--block-size", size], []),
                (["--codec", codec, "--jobs", "2"], ["--jobs", "2"])):
            text = self.r.choice(TEXTS)
            out = self.encode(*args, *text)
            same(self.decode(out, *back, *text), self.text,
                 f"there and back: {args} {text}")
        self.frames_by_hand()

    def frames_by_hand(self):
        """What stands around each value, taken off without ourselves."""
        def values(*args):
            return [bytes.fromhex(x.decode()) for x in
                    self.encode("--hex", *args).split()]

        each = values()
        mark = b"\xc3\x01" + crc64(tool(["--canonical", self.schema])[:-1])
        same(values("--single-object"), [mark + v for v in each], "C3 01")
        same(values("--confluent", "258"), [b"\0\0\0\1\2" + v for v in each],
             "Confluent's frame")
        same(values("--delimited"), [varint(len(v)) + v for v in each],
             "lengths")
        same(b"".join(each), self.raw, "bare values as lines")

    # --- with python3-avro, in this process -----------------------------------

    def python(self):
        case = self.case
        schema = avro.schema.parse(self.get("avsc").decode())
        want = list(map(case.bare_exact, case.values))
        reader = avro.io.DatumReader(schema)
        data = io.BytesIO(self.raw)
        decoder = avro.io.BinaryDecoder(data)
        got = [reader.read(decoder) for _ in case.values]
        same(data.read(), b"", "python3-avro: nothing is left")
        same(python_exact(case, got), want, "python3-avro reads bare values")
        with avro.datafile.DataFileReader(
                io.BytesIO(self.get("avro")), avro.io.DatumReader()) as f:
            same(python_exact(case, list(f)), want,
                 "python3-avro reads a container")
        if not case.python:
            return
        out = io.BytesIO()
        writer = avro.io.DatumWriter(schema)
        for v in case.values:
            writer.write(case.native(v), avro.io.BinaryEncoder(out))
        same(out.getvalue(), self.raw, "python3-avro writes the same")
        out = io.BytesIO()
        out.close = lambda: None
        with avro.datafile.DataFileWriter(
                out, avro.io.DatumWriter(), schema,
                codec=self.r.choice(["null", "deflate", "bzip2"])) as f:
            for v in case.values:
                f.append(case.native(v))
        same(tool(["-d", "--json=avro"], out.getvalue()), self.text,
             "a container of python3-avro")

    # --- what the others left ---------------------------------------------------

    def other(self, who):
        case = self.case
        want = list(map(case.exact, case.values))
        got = json.loads(self.get(f"{who}.json"))
        if "failed" in got:
            raise Wrong(f"{who}: {got['failed']}")
        same(got["raw"], want, f"{who} reads bare values")
        same(got["avro"], want, f"{who} reads a container")
        same(self.get(f"{who}.raw"), self.raw, f"{who} writes the same")
        same(tool(["-d", "--json=avro", f"{self.base}.{who}.avro"]),
             self.text, f"a container of {who}")


def python_exact(case, got):
    """What python3-avro read has no mark of which branch it is of: put the
    values beside those that are wanted, and take the branch from there."""
    def go(schema, v, like):
        if isinstance(schema, str):
            schema = case.names.get(schema, schema)
        k = cases.kind(schema)
        if k == "union":
            return go(schema[like.index], v, like.value)
        if k == "record":
            return {f["name"]: go(f["type"], v[f["name"]], like[f["name"]])
                    for f in schema["fields"]}
        if k == "map":
            return {n: go(schema["values"], x, like[n]) for n, x in v.items()}
        if k == "array":
            return [go(schema["items"], x, y) for x, y in zip(v, like)] + [
                "one too many"] * (len(v) != len(like))
        return cases.exact_leaf(k, v)

    return [go(case.schema, v, like) for v, like in zip(got, case.values)]


def crc64(data):
    """Avro 1.11, Schema Fingerprints, little-endian."""
    crc = 0xc15d213aa4d7a795
    for byte in data:
        crc ^= byte
        for _ in range(8):
            crc = crc >> 1 ^ (0xc15d213aa4d7a795 if crc & 1 else 0)
    return crc.to_bytes(8, "little")


def varint(n):
    out, n = b"", n << 1
    while n > 127:
        out, n = out + bytes([n & 127 | 128]), n >> 7
    return out + bytes([n])


def build(folder):
    """avro-c's oracle."""
    out = os.path.join(folder, "oracle")
    subprocess.run([os.environ.get("CC", "cc"), "-std=gnu11", "-O1", "-o", out,
                    os.path.join(HERE, "avro/oracle.c"), "-lavro",
                    "-ljansson"], check=True)
    return [out, folder]


def main():
    seed = sys.argv[1] if len(sys.argv) > 1 else str(
        random.SystemRandom().randrange(1 << 32))
    count = int(os.environ.get("AVRO_CASES", "100"))
    made = cases.cases(seed, count)
    only = range(count) if len(sys.argv) < 3 else [int(sys.argv[2])]
    folder = tempfile.mkdtemp(prefix="msg-avro-")
    failed = {}

    def each(name, numbers, do):
        bad = []
        for i in numbers:
            if i in failed:
                continue
            try:
                do(checks[i])
            except Exception as e:      # whatever it is, it is of this case
                failed[i] = True
                bad.append(f"seed {seed} case {i}: {type(e).__name__} {e}")
        tap.none(bad, f"{name}: {len(list(numbers))} cases")

    print(f"# seed {seed}")
    checks = {i: Check(made[i], folder, i, seed) for i in only}
    each("encoded", only, Check.prepare)
    each("decoded, and spelt in other ways", only, Check.alone)
    each("frames", only, Check.frames)
    each("python3-avro", only, Check.python)
    modules = npm.install(os.path.join(HERE, "avro"),
                          os.path.join(TOP, "build/avsc"))
    shutil.copy(os.path.join(HERE, "avro/oracle.js"), folder)
    os.symlink(modules, os.path.join(folder, "node_modules"))
    for who, command, numbers in (
            ("avro-c", build(folder), only),
            ("avsc", ["node", os.path.join(folder, "oracle.js"), folder],
             [i for i in only if made[i].avsc])):
        numbers = [i for i in numbers if i not in failed]
        done = subprocess.run(command + list(map(str, numbers)), timeout=300,
                              capture_output=True, text=True)
        tap.ok(done.returncode == 0 and not done.stderr, f"{who} runs",
               f"seed {seed}: status {done.returncode}\n{done.stderr}")
        each(who, numbers, lambda c, who=who: c.other(who))
    if len(sys.argv) > 2:
        print(f"# files in {folder}: {len(glob.glob(folder + '/*'))}")
    else:
        shutil.rmtree(folder)
    tap.done()


main()
