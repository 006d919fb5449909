"""cases.py - random Avro schemas and values of them, in the forms that the
oracles and msg-avro-encode take.

A value is what python3-avro takes and gives, but for unions: U(index, value).
The exact form, for the oracles, is JSON in which a union is [index, value],
bytes are characters up to U+00FF, and floats and doubles are their bits in
hexadecimal, so that nothing depends on how anybody prints a number.
"""

import json
import random
import struct

INT, LONG = 1 << 31, 1 << 63
SAFE = 1 << 52          # avsc's long is a double: beyond, it loses the sign
NAMED = ("record", "enum", "fixed")
PRIMITIVES = ["null", "boolean", "int", "long", "float", "double", "bytes",
              "string"]
LOGICAL = {
    "date": "int", "time-millis": "int", "time-micros": "long",
    "timestamp-millis": "long", "timestamp-micros": "long",
    "timestamp-nanos": "long", "local-timestamp-millis": "long",
    "local-timestamp-micros": "long", "local-timestamp-nanos": "long",
    "uuid": "string", "decimal": "bytes", "duration": "fixed",
}
LETTERS = "abcXYZ09 _-\"\\/\n\t\x7f\u00e9\u00ff\u0416\u4e2d\ufffd\U0001f600"


class U:
    """A union's value, and which branch it is of."""

    def __init__(self, index, value):
        self.index, self.value = index, value


def kind(schema):
    """The type's name: of a union "union"."""
    if isinstance(schema, list):
        return "union"
    return schema["type"] if isinstance(schema, dict) else schema


def tag(schema):
    """How Avro's JSON encoding calls a branch."""
    k = kind(schema)
    return schema["name"] if k in NAMED else k


class Case:
    """A schema, values of it, and who can be asked about them."""

    def __init__(self, r):
        self.r = r
        self.names = {}
        self.fresh = 0
        self.bare = True        # plain JSON tells the branches apart
        self.python = True      # python3-avro writes the branch that is meant
        # avsc has no longs over 2^52: such values are not for it.
        self.avsc = r.random() < 0.7
        # Names all with a namespace or all without: what stands in a record
        # without one is of the record's.
        self.spaces = r.choice([[""], ["a.b.", "x."]])
        self.schema = self.make(0)
        if self.empty(self.schema):     # bare values of it cannot be counted
            self.schema = {"type": "array", "items": self.schema}
        self.values = [self.value(self.schema, 0)
                       for _ in range(r.choice([0, 1, 1, 2, 3, 7]))]

    # --- schemas -------------------------------------------------------------

    def name(self):
        self.fresh += 1
        # avro-c has one namespace: short names differ.
        return self.r.choice(self.spaces) + f"N{self.fresh}"

    def empty(self, schema):
        """Do values take no byte?"""
        return schema == "null" or (kind(schema) == "record" and all(
            self.empty(f["type"]) for f in schema["fields"]))

    def make(self, depth):
        r = self.r
        which = r.choice(["record"] * 4 + ["array", "map", "union", "union",
                         "enum", "fixed"] + ["plain"] * (2 + 3 * depth))
        if depth > 3:
            which = "plain"
        if which == "record":
            return self.record(depth)
        if which == "array":
            return {"type": "array", "items": self.make(depth + 1)}
        if which == "map":
            return {"type": "map", "values": self.make(depth + 1)}
        if which == "union" and depth > 0:
            return self.union(depth)
        if which == "enum":
            return self.named({"type": "enum", "name": self.name(),
                               "symbols": [f"S{i}" for i in
                                           range(r.randint(1, 70))]})
        if which == "fixed":
            # avro-c and avsc have no fixed without bytes.
            return self.named({"type": "fixed", "name": self.name(),
                               "size": r.choice([1, 2, 12, 16, 100])})
        return self.plain()

    def named(self, schema):
        self.names[schema["name"]] = schema
        return schema

    def plain(self):
        r = self.r
        if r.random() < 0.25:
            logical = r.choice(list(LOGICAL))
            schema = {"type": LOGICAL[logical], "logicalType": logical}
            if logical == "decimal":
                schema.update(precision=r.randint(5, 60), scale=r.randint(0, 5))
            if logical == "duration":
                schema.update(name=self.name(), size=12)
                return self.named(schema)
            return schema
        done = [n for n, s in self.names.items() if s["type"] != "record"]
        if done and r.random() < 0.3:
            return r.choice(done)
        return r.choice(PRIMITIVES)

    def record(self, depth):
        r = self.r
        schema = self.named({"type": "record", "name": self.name(),
                             "fields": []})
        # avro-c has no record without fields.
        for i in range(r.choice([1, 1, 2, 3, 5, 12])):
            schema["fields"].append({"name": f"f{i}",
                                     "type": self.make(depth + 1)})
        if r.random() < 0.3:        # one that holds itself
            schema["fields"].append({
                "name": "again", "type": ["null", schema["name"]],
                "default": None})
        if r.random() < 0.3:
            schema["fields"].append({"name": "d", "type": "int",
                                     "default": 7})
        return schema

    FAMILY = {"int": "number", "long": "number", "float": "number",
              "double": "number", "bytes": "bytes", "fixed": "bytes",
              "string": "text", "enum": "text", "record": "object",
              "map": "object", "array": "array", "null": "null",
              "boolean": "boolean"}

    def union(self, depth):
        """Of each family one branch, or, wide, any: then plain JSON may mean
        another branch, and python3-avro writes the first that fits."""
        r = self.r
        wide = r.random() < 0.2
        branches, seen, families = [], set(), set()
        for _ in range(r.choice([1, 2, 2, 3, 5])):
            before = dict(self.names)
            b = self.make(depth + 1)
            target = self.names.get(b, b) if isinstance(b, str) else b
            k = kind(target)
            key = target["name"] if k in NAMED else k
            family = self.FAMILY.get(k)
            # the text of a logical type may be that of a string
            logical = isinstance(target, dict) and "logicalType" in target
            taken = families & {"text", "number", "bytes"} if logical else \
                family in families
            if k == "union" or key in seen or (taken and not wide):
                self.names = before
                continue
            if logical:
                families |= {"text", "number", "bytes"}
            if taken:
                self.bare = self.python = False
            seen.add(key)
            families.add(family)
            # To python3-avro a boolean is a number too.
            if {"boolean", "number"} <= families:
                self.python = False
            # Bytes are strings in JSON, and so is what is no number.
            if k in ("float", "double"):
                families.add("nan")
            if len(families & {"bytes", "text", "nan"}) > 1:
                self.bare = False
            branches.append(b)
        return branches or ["null"]

    # --- values --------------------------------------------------------------

    def text(self):
        r = self.r
        n = r.choice([0, 1, 3, 15, 16, 17, 63, 64, 65, 200])
        plain = r.random() < 0.5
        return "".join(r.choice("abcdefgh" if plain else LETTERS + "\0")
                       for _ in range(r.randint(0, n)))

    def key(self, i):
        """Of a map: avro-c's end at U+0000, JavaScript sorts those that are
        numbers and keeps __proto__ for itself."""
        return f"k{i}" + self.text().replace("\0", "")[:30]

    def integer(self, limit):
        r = self.r
        v = r.choice([0, 1, -1, 63, 64, -64, -65, limit - 1, -limit,
                      r.randrange(-limit, limit),
                      r.randrange(1 << r.randint(1, 31)) %
                      limit])
        return v

    def double(self):
        r = self.r
        bits = r.choice([0, 1 << 63, 0x7ff0000000000000, 0xfff0000000000000,
                         0x7ff8000000000000, 1, 0x7fefffffffffffff,
                         r.getrandbits(64)])
        v = struct.unpack(">d", struct.pack(">Q", bits))[0]
        v = r.choice([v, r.gauss(0, 1), round(r.gauss(0, 1000), 2),
                      float(r.randrange(-SAFE, SAFE))])
        return float("nan") if v != v else v

    def float(self):
        r = self.r
        v = r.choice([0.0, -0.0, float("inf"), float("nan"), 1e-45,
                      3.4028234663852886e38, r.gauss(0, 1), r.gauss(0, 1e9),
                      0.1])
        return struct.unpack(">f", struct.pack(">f", v))[0]

    def value(self, schema, depth):
        r = self.r
        schema = self.names.get(schema, schema) if isinstance(
            schema, str) else schema
        k = kind(schema)
        logical = schema.get("logicalType") if isinstance(
            schema, dict) else None
        if k == "union":
            if depth > 6 and "null" in schema:
                return U(schema.index("null"), None)
            i = r.randrange(len(schema))
            return U(i, self.value(schema[i], depth + 1))
        if k == "record":
            return {f["name"]: self.value(f["type"], depth + 1)
                    for f in schema["fields"]}
        if k in ("array", "map"):
            n = 0 if depth > 5 else r.choice([0, 1, 2, 3, 70 if depth < 2
                                              else 5])
            if k == "array":
                return [self.value(schema["items"], depth + 1)
                        for _ in range(n)]
            return {self.key(i): self.value(schema["values"], depth + 1)
                    for i in range(n)}
        if k == "enum":
            return r.choice(schema["symbols"])
        if k == "fixed":
            return r.randbytes(schema["size"])
        if logical == "uuid":
            h = "%032x" % r.getrandbits(128)
            return "-".join((h[:8], h[8:12], h[12:16], h[16:20], h[20:]))
        if logical == "decimal":
            top = 10 ** r.randint(1, schema["precision"])
            v = r.randrange(-top + 1, top)
            return v.to_bytes((v + (v < 0)).bit_length() // 8 + 1, "big",
                              signed=True)
        return {"null": lambda: None,
                "boolean": lambda: r.random() < 0.5,
                "int": lambda: self.integer(INT),
                "long": lambda: self.integer(SAFE if self.avsc else LONG),
                "float": self.float, "double": self.double,
                "bytes": lambda: r.randbytes(r.choice([0, 1, 5, 300])),
                "string": self.text}[k]()

    # --- forms ---------------------------------------------------------------

    def walk(self, schema, v, leaf, union, key=None):
        """The value in another form: leaf(kind, v), union(branch, u, inner);
        key puts the members of an object in order."""
        if isinstance(schema, str):
            schema = self.names.get(schema, schema)
        k = kind(schema)

        def go(s, x):
            return self.walk(s, x, leaf, union, key)

        if k == "union":
            branch = schema[v.index]
            if isinstance(branch, str):
                branch = self.names.get(branch, branch)
            return union(branch, v, go(branch, v.value))
        if k == "record":
            made = [(f["name"], go(f["type"], v[f["name"]]))
                    for f in schema["fields"]]
            return dict(key(schema, made) if key else made)
        if k == "map":
            return {name: go(schema["values"], x) for name, x in v.items()}
        if k == "array":
            return [go(schema["items"], x) for x in v]
        return leaf(k, v)

    def exact(self, v):
        return self.walk(self.schema, v, exact_leaf,
                         lambda b, u, inner: [u.index, inner])

    def bare_exact(self, v):
        return self.walk(self.schema, v, exact_leaf, lambda b, u, inner: inner)

    def native(self, v):
        return self.walk(self.schema, v, lambda k, x: x,
                         lambda b, u, inner: inner)

    def tagged(self, v):
        return self.walk(self.schema, v, json_leaf,
                         lambda b, u, inner: None if u.value is None else
                         {tag(b): inner})

    def plain_json(self, v):
        """Unions bare, keys in any order, a default left out now and then."""
        def order(schema, made):
            made = [(n, x) for n, x in made
                    if not (n == "d" and x == 7) and
                    not (n == "again" and x is None and
                         self.r.random() < 0.5)]
            self.r.shuffle(made)
            return made

        return self.walk(self.schema, v, json_leaf,
                         lambda b, u, inner: inner, order)

    # --- and back ------------------------------------------------------------

    def from_tagged(self, v):
        """Avro's JSON encoding, as parsed, in the exact form."""
        return self.back(self.schema, v)

    def back(self, schema, v):
        if isinstance(schema, str):
            schema = self.names.get(schema, schema)
        k = kind(schema)
        if k == "union":
            if v is None:
                return [[kind(b) for b in schema].index("null"), None]
            (name, inner), = v.items()
            tags = [tag(self.names.get(b, b) if isinstance(b, str) else b)
                    for b in schema]
            i = tags.index(name)
            return [i, self.back(schema[i], inner)]
        if k == "record":
            names = [f["name"] for f in schema["fields"]]
            if list(v) != names:
                raise ValueError(f"fields {list(v)} instead of {names}")
            return {f["name"]: self.back(f["type"], v[f["name"]])
                    for f in schema["fields"]}
        if k == "map":
            return {n: self.back(schema["values"], x) for n, x in v.items()}
        if k == "array":
            return [self.back(schema["items"], x) for x in v]
        if k in ("float", "double"):
            return exact_leaf(k, float(v))
        if k in ("int", "long") and type(v) is not int:
            raise ValueError(f"{v!r} is no integer")
        return v

    def stripped(self):
        """Without logical types: python3-avro makes datetimes of them, which
        have no nanoseconds and no year 10,000; the others leave them alone."""
        def strip(s):
            if isinstance(s, list):
                return [strip(x) for x in s]
            if isinstance(s, dict):
                return {k: strip(v) for k, v in s.items()
                        if k not in ("logicalType", "precision", "scale")}
            return s

        return strip(self.schema)


def exact_leaf(k, v):
    if k == "double":
        return struct.pack(">d", v).hex() if v == v else "7ff8000000000000"
    if k == "float":
        return struct.pack(">f", v).hex() if v == v else "7fc00000"
    return v.decode("latin-1") if isinstance(v, bytes) else v


def json_leaf(k, v):
    if isinstance(v, bytes):
        return v.decode("latin-1")
    if k in ("float", "double") and (v != v or v in (float("inf"),
                                                     float("-inf"))):
        return {"nan": "NaN", "inf": "Infinity", "-inf": "-Infinity"}[repr(v)]
    return v


def cases(seed, count):
    """The same for the same seed, and each for itself."""
    return [Case(random.Random(f"{seed} {i}")) for i in range(count)]


def dumps(v):
    return json.dumps(v, separators=(",", ":"))
