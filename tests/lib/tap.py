"""tap.py - TAP for the tests written in Python."""

import sys

_count = 0
_failed = 0


def ok(passed, name, why=""):
    """One test; why is printed, as comments, when it failed."""
    global _count, _failed
    _count += 1
    print(f"{'ok' if passed else 'not ok'} {_count} - {name}")
    if not passed:
        _failed += 1
        diag("\n".join(str(why).splitlines()[:60]))
    sys.stdout.flush()
    return passed


def diag(text):
    for line in text.splitlines():
        print(f"#   {line}")
    sys.stdout.flush()


def none(found, name):
    """Passes when the list of complaints is empty."""
    return ok(not found, name, "\n".join(found))


def done():
    """The plan, at the end; exits."""
    print(f"1..{_count}")
    sys.exit(1 if _failed or _count == 0 else 0)
