"""npm.py - what npm gives, below build/, in the versions of a lock file."""

import filecmp
import os
import shutil
import subprocess

import tap


def missing(why):
    tap.ok(False, "what these tests need can be installed", why)
    tap.done()


def install(source, build):
    """As npm ci, once a version of source/package-lock.json; gives
    build/node_modules.  Ends the test when it cannot."""
    modules = os.path.join(build, "node_modules")
    stamp = os.path.join(build, "installed.json")
    lock = os.path.join(source, "package-lock.json")
    if os.path.exists(stamp) and filecmp.cmp(stamp, lock, False):
        return modules
    if not shutil.which("npm"):
        missing("npm is not installed")
    os.makedirs(build, exist_ok=True)
    for name in ("package.json", "package-lock.json"):
        shutil.copy(os.path.join(source, name), build)
    done = subprocess.run(
        ["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund",
         "--fetch-retries=1", "--fetch-timeout=20000"], cwd=build,
        capture_output=True, text=True, timeout=600)
    if done.returncode != 0:
        shutil.rmtree(modules, ignore_errors=True)
        missing("npm ci: " + " ".join(
            x for x in done.stderr.splitlines() if "WARN" not in x)[:400])
    shutil.copy(lock, stamp)
    return modules
