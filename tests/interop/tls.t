#!/usr/bin/python3
"""TLS, by those who judge it: testssl.sh, openssl s_client, nmap."""

import json
import os
import re
import subprocess
import sys
import threading

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "../lib"))
import tap
from server import Server

WAIT = 300
# The store's own certificate signs itself, for ten years.
KNOWN = {"cert_chain_of_trust", "cert_expirationStatus",
         "cert_extlifeSpan", "cert_crlDistributionPoints", "cert_ocspURL",
         "cert_caIssuers", "OCSP_stapling", "DNS_CAArecord", "scanProblem",
         "cert_revocation", "cert_validityPeriod"}


def testssl(s, port, *options):
    """Its findings: {id: (severity, finding)}."""
    out = os.path.join(s.dir, f"testssl-{port}.json")
    subprocess.run(
        ["testssl", "--warnings", "batch", "--quiet", "--color", "0", "--ip",
         "one", "--jsonfile", out, *options, f"localhost:{port}"],
        stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL, env=s.env, cwd=s.dir, timeout=WAIT)
    with open(out, encoding="utf-8") as f:
        return {x["id"]: (x["severity"], x["finding"]) for x in json.load(f)}


def judged(name, found, least):
    bad = [f"{k}: {v}" for k, v in found.items()
           if v[0] not in ("OK", "INFO", "DEBUG", "WARN")
           and k not in KNOWN]       # WARN: it could not look
    tap.none(bad, f"testssl.sh, {name}: nothing to find fault with")
    tap.ok(len(found) >= least, f"testssl.sh, {name}: it looked", found)
    for old in "SSLv2", "SSLv3", "TLS1", "TLS1_1":
        tap.ok("not offered" in found[old][1],
               f"testssl.sh, {name}: no {old}", found[old])
    for new in "TLS1_2", "TLS1_3":
        tap.ok(found[new][1].startswith("offered"),
               f"testssl.sh, {name}: {new}", found[new])


def client(s, port, *options, say=""):
    """What openssl s_client prints, input ended behind say."""
    done = subprocess.run(
        ["openssl", "s_client", "-connect", f"127.0.0.1:{port}",
         "-servername", "localhost", "-CAfile", s.file("tls.crt"), *options],
        input=say, capture_output=True, text=True, errors="replace",
        timeout=60)
    return done.stdout + done.stderr


def with_openssl(s):
    xmpp = ["-starttls", "xmpp", "-xmpphost", "localhost"]
    for name, port, how in (("STARTTLS", s.port, xmpp),
                            ("direct", s.tls_port, []),
                            ("https", s.https_port, [])):
        out = client(s, port, *how)
        tap.ok("Verify return code: 0 (ok)" in out and "TLSv1.3" in out,
               f"s_client, {name}: TLS 1.3, verified", out)
        out = client(s, port, *how, "-tls1_2")
        tap.ok(re.search(r"ECDHE-ECDSA-(AES\d+-GCM|CHACHA20)", out),
               f"s_client, {name}: TLS 1.2 with forward secrecy", out)
        tap.ok("Secure Renegotiation IS supported" in out and
               "Compression: NONE" in out, f"s_client, {name}: RFC 5746, no "
               "compression", out)
        for old in ("-tls1", "-tls1_1"):
            out = client(s, port, *how, old, "-cipher", "ALL:@SECLEVEL=0")
            tap.ok("Cipher is (NONE)" in out, f"s_client, {name}: no {old[1:]}",
                   out)
        for weak in ("aNULL", "eNULL", "RSA", "3DES", "SHA1"):
            out = client(s, port, *how, "-tls1_2", "-cipher",
                         f"{weak}:@SECLEVEL=0")
            tap.ok("Cipher is (NONE)" in out or "no cipher" in out,
                   f"s_client, {name}: no {weak}", out)


def alpn(s):
    for port, offer, want in (
            (s.tls_port, "xmpp-client", "ALPN protocol: xmpp-client"),
            (s.tls_port, "h2,xmpp-client", "ALPN protocol: xmpp-client"),
            (s.https_port, "h2,http/1.1", "ALPN protocol: http/1.1")):
        out = client(s, port, "-alpn", offer)
        tap.ok(want in out, f"s_client: ALPN {offer}: {want[15:]}", out)
    out = client(s, s.tls_port, "-alpn", "xmpp-server")
    tap.ok("ALPN protocol: xmpp-server" not in out,
           "s_client: ALPN xmpp-server is not agreed to", out)


def renegotiation(s):
    out = client(s, s.tls_port, "-tls1_2", say="R\n")
    tap.ok("RENEGOTIATING" in out and "no renegotiation" in out,
           "s_client: renegotiation is refused", out)


def resumption(s):
    kept = os.path.join(s.dir, "session")
    header = ("<stream:stream xmlns='jabber:client' to='localhost' version="
              "'1.0' xmlns:stream='http://etherx.jabber.org/streams'>\n"
              "</stream:stream>\n")
    get = "GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
    # A stream over TLS 1.3 has to last for its ticket (tests/unit/io).
    for version, port, said in (("-tls1_2", s.tls_port, header),
                                ("-tls1_2", s.https_port, get),
                                ("-tls1_3", s.https_port, get)):
        def go(*options):
            # Tickets of TLS 1.3 come behind the handshake: read on.
            return client(s, port, version, "-ign_eof", *options, say=said)
        first, again = go("-sess_out", kept), go("-sess_in", kept)
        tap.ok("\nNew, " in first and "\nReused, " in again,
               f"s_client: a session is resumed, {version[1:]}", again)


def nmap(s):
    # It speaks as a client to ports that are listed as such.
    services = os.path.join(s.dir, "services")
    with open(services, "w", encoding="utf-8") as f:
        f.write(f"xmpp-client {s.port}/tcp 0.5\n")
    out = subprocess.run(
        ["nmap", "-Pn", "-n", "--servicedb", services,
         "--script", "xmpp-info",
         "--script-args", "xmpp-info.server_name=localhost", "127.0.0.1"],
        capture_output=True, text=True, timeout=120).stdout
    for word in ("SCRAM-SHA-256", "PLAIN", "TLS"):
        tap.ok(word in out, f"nmap's xmpp-info finds {word}", out)


with Server() as s:
    found = {}
    def look(name, *arguments):
        found[name] = testssl(s, *arguments)
    runs = [threading.Thread(target=look, args=a) for a in (
        ("direct", s.tls_port, "-p", "-s", "-S", "-U"),
        ("STARTTLS", s.port, "-p", "-s", "--starttls", "xmpp", "--xmpphost",
         "localhost"))]
    for r in runs:
        r.start()
    with_openssl(s)
    alpn(s)
    renegotiation(s)
    resumption(s)
    nmap(s)
    for r in runs:
        r.join()
    judged("direct", found["direct"], 40)
    judged("STARTTLS", found["STARTTLS"], 15)
    tap.ok(s.stop() == 0, "the server ends in order", s.log())
tap.done()
