#!/usr/bin/python3
"""What README.md and the manual pages show is what happens."""

import glob
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "../lib"))
import examples
import tap


def main():
    pages = ["README.md"] + sorted(glob.glob("man/*.[1-8]"))
    for path in sys.argv[1:] or pages:
        with open(path, encoding="utf-8") as f:
            text = f.read()
        blocks = (examples.blocks_of_markdown(text) if path.endswith(".md")
                  else examples.blocks_of_mdoc(text))
        if not any(examples.commands_of(b) for b in blocks):
            continue
        count, found = examples.run_page(blocks)
        tap.none(found, f"{path}: {count} commands")
    tap.done()


main()
