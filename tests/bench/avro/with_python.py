#!/usr/bin/python3
"""JSON lines to Avro and back with python3-avro.

    with_python.py encode|decode SCHEMA IN OUT
"""

import io
import json
import sys

import avro.io
import avro.schema

what, schema, source, target = sys.argv[1:]
with open(schema, encoding="utf-8") as f:
    s = avro.schema.parse(f.read())
with open(source, "rb") as f, open(target, "wb") as out:
    if what == "encode":
        writer = avro.io.DatumWriter(s)
        encoder = avro.io.BinaryEncoder(out)
        for line in f:
            writer.write(json.loads(line), encoder)
    else:
        data = io.BytesIO(f.read())
        end = len(data.getbuffer())
        reader = avro.io.DatumReader(s)
        decoder = avro.io.BinaryDecoder(data)
        while data.tell() < end:
            v = reader.read(decoder)
            out.write(json.dumps(v).encode() + b"\n")
