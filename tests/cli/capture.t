#!/usr/bin/python3
"""msg-stanza-dump and captures: TCP streams put together whatever came first,
again or not at all; every link type; BOSH, WebSocket, TLS."""

import json
import os
import struct
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "../lib"))
import tap
from server import BIN

FIN, SYN, RST, PSH, ACK = 1, 2, 4, 8, 16
ETHERNET, NULL, LOOP, RAW, SLL, SLL2 = 1, 0, 108, 101, 113, 276


def ipv4(packet, src, dst):
    head = struct.pack(">BBHHHBBH4s4s", 0x45, 0, 20 + len(packet), 1, 0x4000,
                       64, 6, 0, bytes(map(int, src.split("."))),
                       bytes(map(int, dst.split("."))))
    return head + packet


def ipv6(packet, src, dst, extra=b"", first=6):
    return (struct.pack(">IHBB", 0x60000000, len(extra) + len(packet), first,
                        64) + src + dst + extra + packet)


def link(kind, packet):
    v6 = packet[:1] >= b"\x60"
    ether = struct.pack(">H", 0x86DD if v6 else 0x0800)
    return {
        ETHERNET: bytes(12) + ether,
        NULL: struct.pack("<I", 30 if v6 else 2),
        LOOP: struct.pack(">I", 30 if v6 else 2),
        RAW: b"", SLL: bytes(14) + ether, SLL2: ether + bytes(18),
    }[kind] + packet


class Talk:
    """Two ends whose segments are kept; each say() moves the sequence on."""

    def __init__(self, client=40000, server=5222, ip=ipv4,
                 hosts=("10.0.0.1", "10.0.0.2"), syn=True):
        self.ports, self.ip, self.hosts = (client, server), ip, hosts
        self.next = [0xFFFFFFF0, 1000]      # the first goes round
        self.packets, self.at = [], 1700000000.0
        if syn:
            self.segment(0, b"", SYN)
            self.segment(1, b"", SYN | ACK)

    def make(self, side, seq, data, flags=ACK):
        head = struct.pack(">HHIIBBHHH", self.ports[side],
                           self.ports[1 - side], seq & 0xFFFFFFFF, 0, 5 << 4,
                           flags, 65535, 0, 0)
        src, dst = self.hosts[side], self.hosts[1 - side]
        return self.ip(head + data, src, dst)

    def segment(self, side, data, flags=PSH | ACK):
        self.at += 0.001
        packet = self.make(side, self.next[side], data, flags)
        self.next[side] += len(data) + bool(flags & (SYN | FIN))
        self.packets.append((self.at, packet))
        return packet

    def say(self, side, text, size=None):
        data = text if isinstance(text, bytes) else text.encode()
        for i in range(0, len(data), size or len(data)):
            self.segment(side, data[i:i + (size or len(data))])

    def end(self):
        self.segment(0, b"", FIN | ACK)
        self.segment(1, b"", FIN | ACK)
        return self


def pcap(packets, kind=RAW, snap=None, nano=False, big=False):
    order = ">" if big else "<"
    out = struct.pack(order + "IHHIIII", 0xA1B23C4D if nano else 0xA1B2C3D4, 2,
                      4, 0, 0, snap or 65535, kind)
    for at, packet in packets:
        data = link(kind, packet)
        kept = data[:snap] if snap else data
        out += struct.pack(order + "IIII", int(at), round(
            (at % 1) * 1e6) * (1000 if nano else 1), len(kept), len(data)) + kept
    return out


def pcapng(packets, kind=RAW):
    def block(number, body):
        body += bytes(-len(body) % 4)
        size = struct.pack("<I", len(body) + 12)
        return struct.pack("<I", number) + size + body + size
    out = block(0x0A0D0D0A, struct.pack("<IHHq", 0x1A2B3C4D, 1, 0, -1))
    out += block(1, struct.pack("<HHI", kind, 0, 65535))
    for at, packet in packets:
        data = link(kind, packet)
        at = round(at * 1e6)
        out += block(6, struct.pack("<IIIII", 0, at >> 32, at & 0xFFFFFFFF,
                                    len(data), len(data)) + data)
    return out


def dump(data, *options):
    run = subprocess.run([os.path.join(BIN, "msg-stanza-dump"), *options],
                         input=data, capture_output=True, timeout=60)
    return run.returncode, run.stdout.decode(), run.stderr.decode()


def items(data, *options):
    status, out, err = dump(data, "--json", *options)
    return status, [json.loads(x) for x in out.splitlines()], err


def kinds(found):
    """["READ stream", "WROTE iq 1"]: without what is told of connections."""
    return [f"{x['direction']} {x['kind']}" + (" " + x["id"] if "id" in x
                                               and x["kind"] == "iq" else "")
            for x in found if x["kind"] != "event"]


def events(found):
    return [x["text"] for x in found if x["kind"] == "event"]


HEADER = ("<?xml version='1.0'?><stream:stream xmlns='jabber:client' "
          "xmlns:stream='http://etherx.jabber.org/streams' to='x'>")
QUERY = "<iq type='get' id='1'><item xmlns='urn:M'>L25ld3M=</item></iq>"
ANSWER = "<iq type='result' id='1'><item xmlns='urn:M'>W10=</item></iq>"
PLAIN = ["READ stream", "WROTE stream", "READ iq 1", "WROTE iq 1",
         "READ end", "WROTE end"]


def session(talk, size=None):
    for side, text in ((0, HEADER), (1, HEADER), (0, QUERY), (1, ANSWER),
                       (0, "</stream:stream>"), (1, "</stream:stream>")):
        talk.say(side, text, size)
    return talk.end()


def forms():
    t = session(Talk())
    status, found, err = items(pcap(t.packets))
    tap.ok(status == 0 and kinds(found) == PLAIN, "a session", (found, err))
    tap.ok(events(found) == ["connection: 10.0.0.1:40000 to 10.0.0.2:5222",
                             "connection ended: 10.0.0.1:40000 to "
                             "10.0.0.2:5222"], "its ends are told",
           events(found))
    answer = [x for x in found if x.get("answers")][0]
    tap.ok(answer["answers"] == "get-item '/news'"
           and answer["took_us"] == 1000 and answer["conn"] == 1
           and answer["time"].startswith("2023-11-14T22:13:20.00"),
           "an answer has its request and the time between", answer)
    for name, kind in (("Ethernet", ETHERNET), ("loopback", NULL),
                       ("OpenBSD's loopback", LOOP), ("cooked", SLL),
                       ("cooked 2", SLL2)):
        got = kinds(items(pcap(t.packets, kind))[1])
        tap.ok(got == PLAIN, f"link type: {name}", got)
    six = session(Talk(ip=ipv6, hosts=(bytes(15) + b"\1", bytes(15) + b"\2")))
    found = items(pcap(six.packets, ETHERNET))[1]
    tap.ok(kinds(found) == PLAIN and "[::1]:40000" in events(found)[0],
           "IPv6", found)
    hop = Talk(ip=lambda p, s, d: ipv6(p, s, d, b"\x06\0" + bytes(6), 0),
               hosts=(bytes(15) + b"\1", bytes(15) + b"\2"))
    tap.ok(kinds(items(pcap(session(hop).packets))[1]) == PLAIN,
           "with an extension header")
    vlan = struct.pack(">HHH", 0x8100, 7, 0x0800)
    tagged = [(at, bytes(12) + vlan + p) for at, p in t.packets]
    raw = struct.pack("<IHHIIII", 0xA1B2C3D4, 2, 4, 0, 0, 65535, ETHERNET)
    for at, p in tagged:
        raw += struct.pack("<IIII", int(at), 0, len(p), len(p)) + p
    tap.ok(kinds(items(raw)[1]) == PLAIN, "a VLAN")
    for name, data in (("pcapng", pcapng(t.packets, ETHERNET)),
                       ("nanoseconds", pcap(t.packets, nano=True)),
                       ("big endian", pcap(t.packets, big=True))):
        got = kinds(items(data)[1])
        tap.ok(got == PLAIN, f"file: {name}", got)


def order():
    t = session(Talk(), size=7)
    packets = t.packets
    tap.ok(kinds(items(pcap(packets))[1]) == PLAIN, "in small pieces")
    mixed = packets[:2] + [p for i in range(2, len(packets), 4)
                           for p in reversed(packets[i:i + 4])]
    got = kinds(items(pcap(mixed))[1])
    tap.ok(sorted(got) == sorted(PLAIN), "out of order", got)
    again = [p for x in packets for p in (x, x)]
    got = kinds(items(pcap(again))[1])
    tap.ok(got == PLAIN, "everything twice", got)
    o = Talk()
    start = o.next[0]
    data = (HEADER + QUERY).encode()
    for at, size in ((0, 50), (30, 60), (10, 20), (80, 200), (60, 400)):
        o.packets.append((o.at, o.make(0, start + at, data[at:at + size])))
    got = kinds(items(pcap(o.packets))[1])
    tap.ok(got == ["READ stream", "READ iq 1"], "overlaps", got)
    lost = Talk()
    lost.say(0, HEADER)
    lost.next[0] += 100
    lost.say(0, "rest of it</iq>" + QUERY)
    status, found, _ = items(pcap(lost.end().packets))
    tap.ok(status == 5 and kinds(found) == [
        "READ stream", "READ malformed", "READ malformed", "READ iq 1"]
           and "100 bytes are not in the capture" in json.dumps(found),
           "what is missing is told, and reading goes on", found)
    cut = items(pcap(session(Talk()).packets, snap=100))
    tap.ok(cut[0] == 5 and "not in the capture" in json.dumps(cut[1]),
           "a capture with cut packets", cut[1])
    late = Talk(syn=False)
    late.say(1, ANSWER)
    late.say(0, QUERY)
    found = items(pcap(late.packets))[1]
    tap.ok(kinds(found) == ["WROTE iq 1", "READ iq 1"] and
           events(found)[0].startswith("connection, begun before: 10.0.0.1"),
           "one that was there before", found)
    two = session(Talk()).packets
    second = Talk()
    second.next = [5, 77]
    second.packets = []
    second.segment(0, b"", SYN)
    second.segment(1, b"", SYN | ACK)
    got = items(pcap(two[:-2] + session(second).packets))[1]
    tap.ok(kinds(got) == PLAIN * 2 and {x["conn"] for x in got} == {1, 2},
           "the same ports once more", got)


def frame(text, mask=None, op=1, fin=True):
    data = text.encode()
    head = bytes([op | (0x80 if fin else 0)])
    size = len(data) if len(data) < 126 else 126
    head += bytes([size | (0x80 if mask else 0)])
    if size == 126:
        head += struct.pack(">H", len(data))
    if mask:
        head += mask
        data = bytes(b ^ mask[i % 4] for i, b in enumerate(data))
    return head + data


def web():
    b = Talk(server=5280)
    body = ("<body rid='7' sid='s' xmlns='http://jabber.org/protocol/httpbind'>"
            "<presence xmlns='jabber:client'/></body>")
    b.say(0, "POST /bind?token=s3cret HTTP/1.1\r\nHost: x\r\nContent-Type: "
          f"text/xml\r\nContent-Length: {len(body)}\r\n\r\n{body}", 9)
    half = len(body) // 2
    b.say(1, "HTTP/1.1 200 OK\r\nContent-Type: text/xml\r\nTransfer-Encoding: "
          f"chunked\r\n\r\n{half:x}\r\n{body[:half]}\r\n{len(body) - half:x}\r\n"
          f"{body[half:]}\r\n0\r\n\r\n", 11)
    b.say(0, "GET / HTTP/1.1\r\n\r\n")
    b.say(1, "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 13"
          "\r\n\r\n<html></html>")
    status, found, err = items(pcap(b.end().packets))
    tap.ok(status == 0 and kinds(found) == ["READ body", "WROTE body"],
           "BOSH", (found, err))
    note = [x.get("note") for x in found if x["kind"] == "body"][0]
    tap.ok(note == "BOSH, rid 7, 1 in it", "in words", note)
    tap.ok("POST /bind" in events(found) and "s3cret" not in str(found),
           "requests are told, without their query", events(found))
    w = Talk(server=5280)
    w.say(0, "GET /ws HTTP/1.1\r\nUpgrade: websocket\r\n\r\n")
    w.say(1, "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n\r\n")
    opened = "<open xmlns='urn:ietf:params:xml:ns:xmpp-framing' to='x'/>"
    long = ANSWER.replace("W10=", "W10=" + " " * 200)
    w.say(0, frame(opened, b"abcd"))
    w.say(1, frame(opened) + frame("", op=9))
    w.say(0, frame(QUERY[:20], b"wxyz", fin=False)
          + frame("", b"1234", op=10) + frame(QUERY[20:], b"1234", op=0), 5)
    w.say(1, frame(long))
    w.say(1, frame("", op=8))
    status, found, err = items(pcap(w.end().packets))
    tap.ok(status == 0 and kinds(found) == [
        "READ open", "WROTE open", "READ iq 1", "WROTE iq 1"], "WebSocket",
        (found, err))
    tap.ok("WebSocket: closed" in events(found), "and its end", events(found))


def other():
    t = Talk()
    t.say(0, HEADER + "<starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>")
    t.say(1, HEADER + "<proceed xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>")
    t.say(0, b"\x16\x03\x01\x00\x05hello")
    t.say(1, b"\x16\x03\x03\x00\x05hello")
    t.say(0, b"\x17\x03\x03\x00\x05<iq/>")
    status, found, _ = items(pcap(t.end().packets))
    tap.ok(status == 0 and kinds(found)[-1] == "WROTE proceed"
           and events(found).count("TLS from here on: it cannot be read") == 2,
           "STARTTLS is recognised and said", found)
    t = Talk(server=5223)
    t.say(0, b"\x16\x03\x01\x00\x05hello")
    tap.ok("TLS from here on: it cannot be read" in
           events(items(pcap(t.packets))[1]), "so is TLS from the first byte")
    t = Talk(server=22)
    t.say(1, "SSH-2.0-OpenSSH\r\n")
    status, found, _ = items(pcap(t.end().packets))
    tap.ok(status == 0 and "this is no XMPP: passed over" in events(found),
           "what is no XMPP is passed over", found)
    p = session(Talk()).packets[2][1]
    broken = [p[:n] for n in range(len(p))] + [b"", b"\x45" * 40, b"\x60" * 60]
    status, found, err = items(pcap([(1.0, x) for x in broken], ETHERNET))
    tap.ok(status in (0, 5) and not err.startswith("msg-stanza-dump: '"),
           "packets that end anywhere", (status, err))
    whole = pcap(session(Talk()).packets)
    status, found, err = items(whole[:-10])
    tap.ok(status == 5 and "truncated" in err and len(kinds(found)) >= 6,
           "a file that is cut off is told, after what is there", err)
    status, _, err = items(struct.pack("<IHHIIII", 0xA1B2C3D4, 2, 4, 0, 0,
                                       65535, 105))
    tap.ok(status == 5 and "link type IEEE802_11 cannot be read" in err,
           "a link type that is not known", err)


def filters():
    data = pcap(session(Talk()).packets)
    for wanted in ("command=get-item", "element=iq", "type=get", "id=1",
                   "ns=urn:M", "path=/news"):
        got = kinds(items(data, "--filter", wanted)[1])
        tap.ok(got == ["READ iq 1", "WROTE iq 1"],
               f"--filter {wanted}, and the answer", got)
    for none in ("command=get-log", "element=x", "id=2", "jid=a@b",
                 "path=/new"):
        tap.ok(items(data, "--filter", none)[1] == [],
               f"--filter {none}: nothing")
    status, _, err = dump(data, "--filter", "colour=red")
    tap.ok(status == 2 and "command, element, id, jid" in err,
           "a key that is none", err)
    status, out, _ = dump(data, "--raw", "-f", "element=iq")
    tap.ok(out.splitlines() == [QUERY.replace("'", '"'),
                                ANSWER.replace("'", '"')], "--raw", out)
    status, out, _ = dump(data, "--short", "-f", "element=iq")
    tap.ok(out.splitlines()[1].startswith("22:13:20.006000 #1 WROTE iq result "
                                          "1 - item [0] []")
           and out.endswith(" in 1.0ms\n"), "--short", out)


def live():
    """From tcpdump -U: what one packet brought is there before the next."""
    t = session(Talk())
    data = pcap(t.packets)
    half = len(pcap(t.packets[:5]))
    p = subprocess.Popen([os.path.join(BIN, "msg-stanza-dump"), "--json",
                          "-f", "id=1"], stdin=subprocess.PIPE,
                         stdout=subprocess.PIPE)
    p.stdin.write(data[:half])
    p.stdin.flush()
    got = json.loads(p.stdout.readline())
    tap.ok(got["kind"] == "iq" and got["type"] == "get",
           "a capture in a pipe is read as it comes", got)
    p.communicate(data[half:], 60)
    tap.ok(p.returncode == 0, "to its end")


def main():
    live()
    forms()
    order()
    web()
    other()
    filters()
    tap.done()


main()
