#!/usr/bin/python3
"""The manual pages say what the tools' option tables say, and mandoc likes
them."""

import glob
import os
import re
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "../lib"))
import tap

BIN = os.environ.get("BIN", "bin")
HELP_ROW = re.compile(r"^  (?:-(\w), |    )--(\[no-\])?([\w-]+)", re.M)
SECTIONS = ["SYNOPSIS", "DESCRIPTION", "ENVIRONMENT", "FILES", "EXIT STATUS",
            "EXAMPLES", "DIAGNOSTICS", "SEE ALSO"]
HELP_STATUS = re.compile(r"^  (\d)  \S", re.M)


def options_in_help(text):
    found = set()
    for letter, no, name in HELP_ROW.findall(text):
        found.add("--" + name)
        if no:
            found.add("--no-" + name)
        if letter:
            found.add("-" + letter)
    return found


def section(page, title):
    m = re.search(rf"^\.Sh {title}\n(.*?)(?=^\.Sh |\Z)", page, re.M | re.S)
    return m.group(1) if m else ""


def options_in_page(page):
    """What stands behind the Fl macros of the page's own .It lines."""
    found = set()
    for line in re.findall(r"^\.It (Fl .*)$", page.replace("\\-", "-"), re.M):
        for flag in re.findall(r"\bFl (-?[\w-]+)", line):
            found.add("-" + flag)
        for name in re.findall(r"\bOo no- Oc Ns ([\w-]+)", line):
            found |= {"--" + name, "--no-" + name}
    return found


def check_tool(tool):
    run = subprocess.run([f"{BIN}/{tool}", "--help"], capture_output=True,
                         text=True, stdin=subprocess.DEVNULL)
    tap.ok(run.returncode == 0 and not run.stderr,
           f"{tool} --help ends with 0 and says it on stdout", run.stderr)
    number = re.search(r"^The manual: man (\d)", run.stdout, re.M).group(1)
    path = f"man/{tool}.{number}"
    if not tap.ok(os.path.exists(path), f"{path} is there"):
        return
    page = open(path, encoding="utf-8").read()
    helps, pages = options_in_help(run.stdout), options_in_page(page)
    tap.none(sorted(helps - pages), f"{path} has each option of --help")
    tap.none(sorted(pages - helps), f"--help has each option of {path}")
    statuses = set(HELP_STATUS.findall(run.stdout))
    listed = set(re.findall(r"^\.It (?:Li )?(\d)$",
                            section(page, "EXIT STATUS"), re.M))
    tap.ok(statuses == listed, f"{path} has the exit statuses",
           f"help {sorted(statuses)}, page {sorted(listed)}")
    environment = set(re.findall(r"\bMSG_\w+", run.stdout))
    # "$MSG_REV" is a variable that the tool sets for a command it runs.
    named = set(re.findall(r"(?<!\$)\bMSG_\w+", page))
    tap.ok(named <= environment and bool(named) == bool(environment),
           f"{path} names variables that are there",
           sorted(named - environment) or "none of them")
    told = section(page, "ENVIRONMENT")
    missing = environment - set(re.findall(r"\bMSG_\w+", told))
    tap.ok(not missing or "any option that may stand in" in told.lower(),
           f"{path} has each variable in ENVIRONMENT", sorted(missing))
    tap.none([x for x in SECTIONS if not section(page, x).strip()],
             f"{path} has its sections")
    version = subprocess.run([f"{BIN}/{tool}", "--version"],
                             capture_output=True, text=True).stdout
    tap.ok(version == f"{tool} {open('VERSION').read()}",
           f"{tool} --version", version)
    wrong = subprocess.run([f"{BIN}/{tool}", "--hepl"], capture_output=True,
                           text=True, stdin=subprocess.DEVNULL)
    tap.ok(wrong.returncode == 2 and not wrong.stdout and wrong.stderr ==
           f"{tool}: unknown option '--hepl'; did you mean '--help'?\n",
           f"{tool} names the nearest option", wrong.stderr)


def main():
    tools = sorted(os.path.basename(os.path.dirname(p))
                   for p in glob.glob("cmd/*/main.c"))
    tap.ok(tools, "there are tools")
    for tool in tools:
        check_tool(tool)
    pages = sorted(glob.glob("man/*.[1-8]"))
    for path in pages:
        lint = subprocess.run(["mandoc", "-T", "lint", "-W", "warning", path],
                              capture_output=True, text=True)
        tap.none((lint.stdout + lint.stderr).splitlines(),
                 f"mandoc takes {path}")
    names = {os.path.basename(p) for p in pages}
    dead = []
    for path in pages:
        for name, number in re.findall(r"^\.Xr (msg\S*) (\d)",
                                       open(path).read(), re.M):
            if f"{name}.{number}" not in names:
                dead.append(f"{path}: {name}({number}) is no page")
    tap.none(dead, "pages refer to pages that are there")
    readme = open("README.md").read()
    tap.none([n for n in names if f"man/{n}" not in readme],
             "README links each page")
    tap.done()


main()
