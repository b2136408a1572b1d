#!/usr/bin/env python3
"""Writes transport.json, the cases that Rust, C, Kotlin and Swift all run, out of tests/vectors.

    generate.py            write it again
    generate.py --check    exit status 1 if the committed file differs
    generate.py --lines    print it for C: no JSON, a "case NAME" line, then one line for each step

What a step means stands in README.md.
"""

import hashlib
import json
import pathlib
import sys

HERE = pathlib.Path(__file__).resolve().parent
VECTORS = HERE.parent / "vectors"
TOKEN = 0x84C6FB4B
TAGS = {"abridged": "ef", "intermediate": "eeeeeeee", "padded_intermediate": "dddddddd"}
STATUS = {
    "length_zero": -201, "length_too_large": -202, "length_misaligned": -203, "length_too_short": -204,
    "length_overlong": -205, "sequence_number": -206, "checksum": -207, "quick_ack_in_full": -208,
}
LONGEST = 2000  # characters of a case: the longer vectors are for Rust alone


def vectors(name):
    return json.loads((VECTORS / f"{name}.json").read_text())["vectors"]


def counter(length):
    return bytes(index % 256 for index in range(length))


def pattern(payload):
    """A payload as a step names it, and its bytes."""
    if isinstance(payload, str):
        return payload, bytes.fromhex(payload)
    return f"counter:{payload['length']}", counter(payload["length"])


def shortened(data, part):
    """Bytes as a step names them, with `part` = (name, bytes) written by its name."""
    name, inner = part
    at = data.find(inner) if len(inner) > 64 else -1
    if at < 0:
        return data.hex()
    pieces = [data[:at].hex(), name, data[at + len(inner):].hex()]
    return "+".join(piece for piece in pieces if piece)


def frame_wire(envelope, frame):
    """The frame's bytes as a step names them."""
    name, payload = pattern(frame["payload"])
    if "wire" in frame:
        return shortened(bytes.fromhex(frame["wire"]), (name, payload))
    before, after = {"full": (8, 4)}.get(envelope, (4, 0))
    head = bytes.fromhex(frame["wire_head"])[:before]
    tail = bytes.fromhex(frame["wire_tail"])[8 - after:]
    wire = head + payload + tail
    assert hashlib.sha256(wire).hexdigest() == frame["wire_sha256"]
    return shortened(wire, (name, payload))


def joined(parts):
    return "+".join(part for part in parts if part) or "-"


def plain(envelope, *more):
    return [f"envelope {envelope}", "obfuscated no", "max_padding 0", *more]


def connected(envelope, obfuscated="plain", dc="-", secret="-"):
    return f"event connected {envelope} {obfuscated} dc={dc} secret={secret}"


def limit(vector):
    return [f"max_payload {vector['max_payload']}"] if vector.get("max_payload", 0) >= 1024 else []


def unsuitable(vector):
    return 0 < vector.get("max_payload", 1024) < 1024


def first_full_frame():
    frame = next(v for v in vectors("framing") if v["name"] == "full/client/40")["frames"][0]
    return frame["wire"], frame["payload"]


def server_opened(envelope):
    """The steps that make a server know its client."""
    if envelope == "full":
        wire, payload = first_full_frame()
        return [f"receive {wire}", connected(envelope), f"event payload {pattern(payload)[0]} -"]
    return [f"receive {TAGS[envelope]}", connected(envelope)]


def framing():
    for vector in vectors("framing"):
        envelope, sender, frames = vector["envelope"], vector["sender"], vector["frames"]
        if unsuitable(vector):
            continue
        wire = joined([vector["opening"]] + [frame_wire(envelope, frame) for frame in frames])
        if not any(frame.get("padding") for frame in frames):
            steps = [] if sender == "client" else server_opened(envelope)
            for frame in frames:
                ack = f" {TOKEN}" if frame["quick_ack"] else ""
                steps.append(f"payload {pattern(frame['payload'])[0]}{ack}")
            yield f"write/{vector['name']}", sender, plain(envelope, *limit(vector)), steps + [f"wire {wire}"]
        for key, trim in (("trimmed", []), ("untrimmed", ["trim no"])):
            if trim and not any(key in frame for frame in frames):
                continue
            if sender == "client":
                role, config = "server", limit(vector) + trim
                steps = [f"receive {wire}", connected(envelope)]
            else:
                role, config = "client", plain(envelope, *limit(vector), *trim)
                steps = [connected(envelope), f"receive {wire}"]
            for frame in frames:
                ack = "ack" if frame["quick_ack"] else "-"
                steps.append(f"event payload {pattern(frame.get(key, frame['payload']))[0]} {ack}")
            name = vector["name"] + ("/untrimmed" if trim else "")
            yield f"read/{name}", role, config, steps + ["event none"]


def control():
    kinds = {
        "payload": lambda e: f"event payload {pattern(e['payload'])[0]} -",
        "quick_ack": lambda e: f"event quick_ack {e['token']}",
        "transport_error": lambda e: f"event transport_error {e['code']}",
        "closed": lambda e: "event closed *",
    }
    for vector in vectors("control"):
        if vector.get("may_repeat"):
            continue
        steps = [f"payload counter:40 {token}" for token in vector["asked"]] + ["wire *"]
        steps += [connected(vector["envelope"]), f"receive {vector['wire'] or '-'}"]
        steps += ["end"] if vector["end"] else []
        steps += [kinds[event["kind"]](event) for event in vector["expect"]] + ["event none"]
        yield f"control/{vector['name']}", "client", plain(vector["envelope"]), steps


def refused():
    for vector in vectors("refused"):
        if unsuitable(vector):
            continue
        reason = vector["reason"]
        failure = f"fail {reason} {STATUS[reason]}"
        wire = joined([vector["opening"], vector["before"], vector["wire"]])
        config = limit(vector) if vector["reader"] == "server" else plain(vector["envelope"], *limit(vector))
        steps = [f"receive {wire}", "event skip", f"{failure} event", f"{failure} payload counter:40"]
        yield f"refused/{vector['name']}", vector["reader"], config, steps


def obfuscation():
    for vector in vectors("obfuscation"):
        # The rest differs in figures only, and Rust's own tests run all of it.
        if vector["name"].startswith(("keep/", "carry/", "redraw/16030")) or vector["name"].endswith(("dc_10002", "dc_-4")):
            continue
        envelope, dc, secret = vector["envelope"], vector["dc"], vector["secret"]
        wire = lambda side: joined([vector["header"]] * (side == "client")
                                   + [frame["wire"] for frame in vector[f"{side}_frames"]])
        payloads = lambda side, form: [form.format(frame["payload"]) for frame in vector[f"{side}_frames"]]
        secrets = [f"secret {secret}"] if secret else []
        index = 0 if secret else "-"
        if not (secret and dc is None):  # a client refuses to leave a proxy without a DC
            config = [f"envelope {envelope}", "max_padding 0", f"entropy {vector['entropy']}", *secrets]
            config += [] if dc is None else [f"dc {dc}"]
            steps = payloads("client", "payload {}") + [f"wire {wire('client')}"]
            steps += [connected(envelope, "obfuscated", "-" if dc is None else dc, index)]
            steps += [f"receive {wire('server')}"] + payloads("server", "event payload {} -") + ["event none"]
            yield f"obfuscation/client/{vector['name']}", "client", config, steps
        if vector["name"].startswith("redraw/"):
            continue
        seen = int.from_bytes(bytes.fromhex(vector["initialization"])[60:62], "little", signed=True)
        accept = ("secret" if secret else "obfuscated") + ",obfuscated_full" * (envelope == "full")
        config = [f"accept {accept}", "max_padding 0", *secrets]
        steps = [f"receive {wire('client')}", connected(envelope, "obfuscated", seen, index)]
        steps += payloads("client", "event payload {} -") + payloads("server", "payload {}")
        yield f"obfuscation/server/{vector['name']}", "server", config, steps + [f"wire {wire('server')}"]


def detection():
    for vector in vectors("detection"):
        accept, secrets, expect = vector["server"]["accept"], vector["server"]["secrets"], vector["expect"]
        if bool(secrets) != ("secret" in accept):
            continue
        config = [f"accept {','.join(accept)}"] + [f"secret {secret}" for secret in secrets]
        shown = lambda value: "-" if value is None else value
        if expect["found"] in ("http", "tls", "unknown"):
            reason = {"unknown": "unknown_opening"}.get(expect["found"], expect["found"])
            event = f"event not_ours {reason} {vector['bytes']}"
        else:
            obfuscated = "obfuscated" if expect["obfuscated"] else "plain"
            event = connected(expect["found"], obfuscated, shown(expect["dc"]), shown(expect["secret"]))
        yield f"detection/{vector['name']}", "server", config, [f"receive {vector['bytes']}", event]


def quick_ack():
    for vector in vectors("quick_ack"):
        yield (f"token/{vector['name']}", "none", [],
               [f"token {vector['auth_key']} {vector['plaintext']} {vector['token']}"])
    for vector in vectors("quick_ack")[:6]:
        for form, wire in vector["wire"].items():
            if form.endswith("framed"):
                continue
            envelope = form.removesuffix("_raw")
            config = ["quick_ack_form raw"] if form.endswith("raw") else []
            steps = server_opened(envelope) + [f"quick_ack {vector['token']}", f"wire {wire}"]
            yield f"reply/{vector['name']}/{form}", "server", config, steps


def errors():
    """By hand: what the vectors do not hold."""
    for envelope, wire in (("abridged", "016cfeffff"), ("intermediate", "040000006cfeffff")):
        yield (f"error/send_404/{envelope}", "server", [],
               server_opened(envelope) + ["transport_error 404", f"wire {wire}"])
    client = plain("intermediate", "max_payload 1024")
    yield "usage/payload_empty", "client", client, ["fail payload_empty -110 payload -"]
    yield "usage/payload_misaligned", "client", client, ["fail payload_misaligned -111 payload counter:5"]
    yield "usage/payload_too_large", "client", client, ["fail payload_too_large -112 payload counter:1028"]
    yield ("usage/nothing_changes", "client", client,
           ["fail payload_empty -110 payload -", "payload counter:4", "wire eeeeeeee0400000000010203"])
    yield "usage/quick_ack_in_full", "client", plain("full"), [f"fail quick_ack_unsupported -114 payload counter:8 {TOKEN}"]
    yield "usage/wrong_role/client", "client", client, [f"fail wrong_role -104 quick_ack {TOKEN}", "fail wrong_role -104 transport_error 404"]
    yield "usage/wrong_role/server", "server", [], server_opened("abridged") + ["fail wrong_role -104 opening"]
    yield "usage/not_connected", "server", [], ["fail not_connected -105 payload counter:4"]
    yield "usage/ended", "client", client, ["end", "fail ended -106 receive 00"]
    yield ("usage/ambiguous", "server", [],
           server_opened("intermediate") + ["fail payload_ambiguous -113 payload 6cfeffff"])
    yield "opening/alone", "client", client, ["wire -", "opening", "wire eeeeeeee", "payload counter:4", "wire 0400000000010203"]
    yield "closed/before_opening", "server", [], ["end", "event closed before_opening", "event none"]
    yield "not_ours/incomplete", "server", [], ["receive ee", "end", "event not_ours incomplete ee"]
    yield "closed/inside_frame", "client", client, [connected("intermediate"), "receive 04000000aa", "end", "event closed inside_frame"]
    yield "closed/between_frames", "client", client, [connected("intermediate"), "end", "event closed between_frames"]
    key = "00112233445566778899aabbccddeeff"
    for name, status, role, config in (
        ("max_payload", -121, "client", ["max_payload 1022"]),
        ("max_padding", -122, "client", ["max_padding 16"]),
        ("too_many_secrets", -124, "client", [f"secret {key}", f"secret {key}", "dc 2"]),
        ("secret_without_obfuscation", -125, "client", [f"secret {key}", "obfuscated no", "dc 2"]),
        ("secret_without_dc", -126, "client", [f"secret {key}"]),
        ("accept_nothing", -127, "server", ["accept -"]),
        ("accept_secret_without_secret", -127, "server", ["accept secret"]),
        ("secret_not_accepted", -127, "server", ["accept plain", f"secret {key}"]),
        ("accept_full_without_obfuscation", -127, "server", ["accept plain,obfuscated_full"]),
    ):
        yield f"config/{name}", role, config, [f"refuse {name} {status}"]


def carriers():
    """By hand: HTTP, and what a config with a carrier must not hold."""
    text = lambda lines: ("\r\n".join(lines) + "\r\n\r\n").encode().hex()
    request = text(["POST /api HTTP/1.1", "Host: example.com", "Content-Length: 40"])
    response = text(["HTTP/1.1 200 OK", "Content-Length: 24"])
    connected_http = "event connected - plain dc=- secret=-"
    turn = "fail out_of_turn -108 payload counter:24"
    yield ("http/server", "server", ["accept http"],
           [f"receive {request}+counter:40", connected_http, "event payload counter:40 -", "event none",
            "payload counter:24", turn, "wire *"])
    yield ("http/client", "client", ["http example.com"],
           ["payload counter:40", turn, "wire *", connected_http, f"receive {response}+counter:24",
            "event payload counter:24 -", "payload counter:24"])
    yield ("http/client/quick_ack", "client", ["http example.com"],
           [f"fail quick_ack_unsupported -114 payload counter:40 {TOKEN}"])
    yield ("http/not_ours", "server", ["accept obfuscated"],
           [f"receive {request}", f"event not_ours http {request}"])
    yield "websocket/opening", "client", ["websocket example.com"], ["opening", "wire *", "end", "event closed *"]
    key = "00112233445566778899aabbccddeeff"
    domain = f"ee{key}6578616d706c652e636f6d"
    for case, status, config in (
        ("secret_needs_padding", -131, [f"secret dd{key}", "envelope abridged", "dc 2"]),
        ("secret_needs_padding/domain", -131, [f"secret {domain}", "envelope full", "dc 2"]),
        ("web_socket_target", -133, ["websocket a\u00e9"]),
        ("http_target", -133, ["http a\u00e9"]),
        ("web_socket_without_obfuscation", -134, ["websocket example.com", "obfuscated no"]),
        ("carrier_with_fake_tls", -135, ["websocket example.com", f"secret {domain}", "dc 2"]),
        ("http_with_obfuscation", -136, ["http example.com", "envelope full"]),
    ):
        yield f"config/{case}", "client", config, [f"refuse {case.split('/')[0]} {status}"]


def cases():
    made = []
    for source in (framing, control, refused, obfuscation, detection, quick_ack, errors, carriers):
        for name, role, config, steps in source():
            if sum(map(len, config + steps)) <= LONGEST:
                made.append({"name": name, "role": role, "config": config, "steps": steps})
    assert len({case["name"] for case in made}) == len(made), "a name is there twice"
    return made


def main(words):
    made = cases()
    lines = ",\n".join(json.dumps(case) for case in made)
    text = '{"description": "See README.md. Written by generate.py.", "cases": [\n' + lines + "\n]}\n"
    path = HERE / "transport.json"
    if words == ["--lines"]:
        for case in made:
            print("case", case["name"])
            print("role", case["role"])
            for line in case["config"]:
                print("config", line)
            for line in case["steps"]:
                print("step", line)
    elif words == ["--check"]:
        if path.read_text() != text:
            sys.exit(f"{path.name} differs from what generate.py makes")
    elif not words:
        path.write_text(text)
        print(len(made), "cases,", len(text), "bytes")
    else:
        sys.exit(__doc__)


main(sys.argv[1:])
