#!/usr/bin/env python3
"""Lists what is inside the library, as CycloneDX 1.5 JSON: packaging/sbom.py > libmtproto.cdx.json

packaging/sbom.py --check    every licence is one that deny.toml allows, every package has a checksum; a line each

Out of cargo's own data, without the network; the same tree gives the same bytes. Only what ships: no tests, no benchmarks,
no generator of the header. Procedural macros are listed too: they write code that ships.
"""
import json
import pathlib
import re
import subprocess
import sys
import uuid

ROOT = pathlib.Path(__file__).resolve().parent.parent


def cargo(*arguments):
    return subprocess.run(["cargo", *arguments], cwd=ROOT, capture_output=True, text=True, check=True).stdout


metadata = json.loads(cargo("metadata", "--format-version", "1", "--locked", "--filter-platform", "x86_64-unknown-linux-gnu"))
packages = {p["id"]: p for p in metadata["packages"]}
nodes = {n["id"]: n for n in metadata["resolve"]["nodes"]}
root = metadata["resolve"]["root"]
# The lock file's checksums: what the registry's archive must hash to.
lock = (ROOT / "Cargo.lock").read_text()
checksums = dict(
    ((name, version), digest)
    for name, version, digest in re.findall(r'name = "([^"]+)"\nversion = "([^"]+)"\nsource = "[^"]+"\nchecksum = "([^"]+)"', lock)
)

# What is not optional, or is switched on: cargo tree knows the features.
shipped = set(re.findall(r"^(\S+) v(\S+)", cargo("tree", "--locked", "-e", "normal", "--prefix", "none"), re.M))
inside = [p for p in packages.values() if (p["name"], p["version"]) in shipped]
inside.sort(key=lambda p: (p["name"], p["version"]))


def url(package):
    return f"pkg:cargo/{package['name']}@{package['version']}"


def allowed(expression, licences):
    """Whether an SPDX expression can be met with these: (A OR B) AND C, in the forms that crates use."""
    words = re.findall(r"\(|\)|AND|OR|[\w.+-]+(?: WITH [\w.+-]+)?", expression.replace("/", " OR "))
    words = [w if w in ("(", ")") else " and " if w == "AND" else " or " if w == "OR" else str(w in licences) for w in words]
    return eval("".join(words), {"__builtins__": {}})  # only True, False, and, or and brackets are left


if "--check" in sys.argv:
    text = (ROOT / "deny.toml").read_text()
    licences = set(re.findall(r'"([^"]+)"', text[text.index("allow = [") : text.index("]", text.index("allow = ["))]))
    bad = 0
    for package in inside:
        if package["id"] == root:
            continue
        fine = allowed(package["license"] or "none", licences) and (package["name"], package["version"]) in checksums
        bad += not fine
        print(f"{'ok' if fine else 'NOT ALLOWED':12} {package['name']} {package['version']}: {package['license']}")
    print(f"{len(inside) - 1 - bad} passed, {bad} failed")
    sys.exit(bad != 0 or len(inside) < 5)

main = packages[root]
digest = "".join(checksums.get((p["name"], p["version"]), "") for p in inside)
print(json.dumps({
    "bomFormat": "CycloneDX",
    "specVersion": "1.5",
    "serialNumber": f"urn:uuid:{uuid.uuid5(uuid.NAMESPACE_URL, digest)}",
    "version": 1,
    "metadata": {"component": {"type": "library", "name": "libmtproto", "version": main["version"], "bom-ref": url(main),
                               "licenses": [{"expression": main["license"]}]}},
    "components": [{
        "type": "library", "bom-ref": url(p), "name": p["name"], "version": p["version"], "purl": url(p),
        "licenses": [{"expression": (p["license"] or "").replace("/", " OR ")}],
        "hashes": [{"alg": "SHA-256", "content": checksums[p["name"], p["version"]]}],
    } for p in inside if p["id"] != root],
    "dependencies": [{
        "ref": url(p),
        "dependsOn": sorted(url(packages[d]) for d in nodes[p["id"]]["dependencies"] if packages[d] in inside),
    } for p in inside],
}, indent=1))
