#!/usr/bin/python3
"""What Prometheus reads at the --metrics address."""

import http.client
import os
import re
import sys

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "../lib"))
import tap
from server import Server

SAMPLE = re.compile(r'(msg_\w+)(\{[a-z]+="[^"]*"(?:,[a-z]+="[^"]*")*\})? '
                    r'(\d+(?:\.\d+)?)')


def ask(port, path="/metrics", method="GET"):
    c = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    c.request(method, path)
    answer = c.getresponse()
    body = answer.read().decode()
    c.close()
    return answer.status, answer.getheader("Content-Type"), body


def parse(text):
    """{name: value} and what breaks the format."""
    values, types, wrong = {}, {}, []
    for line in text.splitlines():
        m = re.fullmatch(r"# TYPE (\S+) (counter|gauge|histogram)", line)
        if m:
            types[m.group(1)] = m.group(2)
            continue
        if re.fullmatch(r"# HELP msg_\w+ \S.*", line):
            continue
        m = SAMPLE.fullmatch(line)
        base = m and re.sub(r"_(bucket|sum|count)$", "", m.group(1))
        if not m or not (m.group(1) in types or
                         types.get(base) == "histogram"):
            wrong.append(line)
        elif m.group(1) + (m.group(2) or "") in values:
            wrong.append("twice: " + line)
        else:
            values[m.group(1) + (m.group(2) or "")] = float(m.group(3))
    for name, kind in types.items():
        if kind == "counter" and not name.endswith("_total"):
            wrong.append(f"{name} is a counter without _total")
    return values, wrong


def main():
    with Server("--metrics=127.0.0.1:0") as s:
        port = int(re.search(r" metrics=127\.0\.0\.1:(\d+)",
                             s.log()).group(1))
        for _ in range(3):
            s.tool("msg-send", "get-item", "/about/@name")
        s.tool("msg-send", "get-item", "/[")
        status, kind, body = ask(port)
        tap.ok(status == 200 and kind ==
               "text/plain; version=0.0.4; charset=utf-8",
               "GET /metrics", f"{status} {kind}")
        values, wrong = parse(body)
        tap.none(wrong, "the format is Prometheus' own")
        of = '{command="get-item"}'
        tap.ok(values.get("msg_command_seconds_count" + of) == 4,
               "commands are counted", body)
        tap.ok(values.get("msg_command_errors_total" + of) == 1,
               "and their errors", body)
        tap.ok(values.get("msg_logins_total") == 4, "and logins", body)
        bounds = [v for k, v in values.items() if k.startswith(
            'msg_command_seconds_bucket{command="get-item"')]
        tap.ok(bounds == sorted(bounds) and bounds[-1] == 4,
               "buckets add up", bounds)
        tap.ok(values["msg_certificate_expiry_seconds"] >
               values["msg_start_time_seconds"] > 1e9,
               "the certificate's end is told")
        tap.ok(ask(port, "/")[0] == 404, "nothing else is there")
        tap.ok(ask(port, "/http-bind", "POST")[0] == 404, "no BOSH either")
        tap.ok(ask(port, method="POST")[0] == 405, "it is only read")
        tap.ok(ask(s.http_port)[0] == 404,
               "and where pages are served it is not")
        page = open("man/msg-serve.8", encoding="utf-8").read()
        names = {re.sub(r"\{.*|_(bucket|sum|count)$", "", k)[4:]
                 for k in values}
        names = {re.sub(r"_(bucket|sum|count)$", "", n) for n in names}
        tap.none([n for n in sorted(names)
                  if not re.search(rf"\b{n}\b", page)],
                 "the page names each of them")
        again, _ = parse(ask(port)[2])
        tap.none([k for k, v in values.items() if k.endswith("_total")
                  and again[k] < v], "no counter goes back")
    tap.done()


main()
