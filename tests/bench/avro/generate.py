#!/usr/bin/python3
"""The sets of the benchmark: JSON lines and their schemas.

    generate.py DIRECTORY MEGABYTES

small, wide (40 mixed fields), tree (recursive) and numbers (arrays); of each
NAME.avsc, NAME.json, NAME.tagged.json (Avro's JSON encoding) and
NAME.shuffled.json (keys in another order).  About 4 MB are made up and then
repeated.
"""

import json
import os
import random
import string
import sys

UNIQUE = 4 << 20


def record(name, fields):
    return {"type": "record", "name": name,
            "fields": [{"name": n, "type": t} for n, t in fields]}


def word(r, least=3, most=14):
    return "".join(r.choices(string.ascii_lowercase, k=r.randint(least, most)))


class Small:
    schema = record("Small", [
        ("id", "long"), ("name", "string"), ("email", ["null", "string"]),
        ("age", "int"), ("active", "boolean"), ("score", "double")])

    def value(self, r):
        return {"id": r.randrange(1 << 40), "name": word(r),
                "email": r.choice([None, word(r) + "@example.org"]),
                "age": r.randrange(100), "active": r.random() < 0.5,
                "score": round(r.random() * 100, 2)}


class Wide:
    kinds = ["string", "long", "double", "boolean", ["null", "string"],
             ["null", "long"], "int",
             {"type": "array", "items": "string"}]
    enum = {"type": "enum", "name": "Colour",
            "symbols": ["RED", "GREEN", "BLUE"]}

    def __init__(self):
        fields = [(f"field_{i:02}", self.kinds[i % len(self.kinds)])
                  for i in range(39)]
        self.schema = record("Wide", fields + [("colour", self.enum)])

    def one(self, r, t):
        if t == "string":
            return word(r, 5, 40)
        if t == "long":
            return r.randrange(-1 << 50, 1 << 50)
        if t == "int":
            return r.randrange(-1000, 1000)
        if t == "double":
            return round(r.gauss(0, 1000), 3)
        if t == "boolean":
            return r.random() < 0.5
        if isinstance(t, list):
            return None if r.random() < 0.4 else self.one(r, t[1])
        return [word(r) for _ in range(r.randint(0, 4))]

    def value(self, r):
        v = {f["name"]: self.one(r, f["type"])
             for f in self.schema["fields"][:-1]}
        v["colour"] = r.choice(self.enum["symbols"])
        return v


class Tree:
    schema = record("Tree", [
        ("label", "string"), ("value", "int"),
        ("left", ["null", "Tree"]), ("right", ["null", "Tree"])])

    def value(self, r, depth=9):
        def below():
            if depth == 0 or r.random() < 0.25:
                return None
            return self.value(r, depth - 1)
        return {"label": word(r), "value": r.randrange(100000),
                "left": below(), "right": below()}


class Numbers:
    schema = record("Numbers", [
        ("name", "string"),
        ("ints", {"type": "array", "items": "long"}),
        ("doubles", {"type": "array", "items": "double"})])

    def value(self, r):
        return {"name": word(r),
                "ints": [r.randrange(1 << r.randint(4, 40))
                         for _ in range(200)],
                "doubles": [r.gauss(0, 1) for _ in range(200)]}


def tagged(schema, named, v):
    if isinstance(schema, str) and schema in named:
        schema = named[schema]
    if isinstance(schema, list):
        if v is None:
            return None
        other = next(s for s in schema if s != "null")
        name = other if isinstance(other, str) else other["name"]
        return {name: tagged(other, named, v)}
    if isinstance(schema, dict) and schema["type"] == "record":
        return {f["name"]: tagged(f["type"], named, v[f["name"]])
                for f in schema["fields"]}
    return v


def shuffled(r, v):
    if isinstance(v, dict):
        keys = list(v)
        r.shuffle(keys)
        return {k: shuffled(r, v[k]) for k in keys}
    if isinstance(v, list) and v and isinstance(v[0], dict):
        return [shuffled(r, x) for x in v]
    return v


def write(path, lines, size):
    block = "".join(json.dumps(v, separators=(",", ":")) + "\n"
                    for v in lines).encode()
    with open(path, "wb") as f:
        done = 0
        while done < size:
            f.write(block)
            done += len(block)


def main():
    folder, size = sys.argv[1], int(sys.argv[2]) << 20
    os.makedirs(folder, exist_ok=True)
    for made in (Small(), Wide(), Tree(), Numbers()):
        name = type(made).__name__.lower()
        r = random.Random(name)
        values, n = [], 0
        while n < UNIQUE:
            v = made.value(r)
            values.append(v)
            n += len(json.dumps(v, separators=(",", ":")))
        base = os.path.join(folder, name)
        with open(base + ".avsc", "w", encoding="utf-8") as f:
            json.dump(made.schema, f)
        named = {made.schema["name"]: made.schema}
        write(base + ".json", values, size)
        write(base + ".tagged.json",
              [tagged(made.schema, named, v) for v in values], size)
        write(base + ".shuffled.json", [shuffled(r, v) for v in values], size)


main()
