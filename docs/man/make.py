#!/usr/bin/env python3
"""Makes the man pages out of what the programs say themselves: docs/man/make.py [--check] [BIN_FOLDER]

A page that is written by hand tells of options that are gone. Exit status 1 with --check if a committed page differs.
"""
import pathlib
import re
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent
TITLES = {
    "mtproto-probe": "find out what an MTProto server or proxy speaks",
    "mtproto-relay": "a small MTProxy",
    "mtproto-responder": "answer MTProto clients, whatever transport they speak",
}


def roff(text):
    text = text.replace("\\", "\\e").replace("-", "\\-")
    return "\\&" + text if text[:1] in (".", "'") else text


def option_line(words):
    """--name in bold, its argument in italics."""
    return " ".join(f"\\fB{roff(w)}\\fP" if w.startswith("-") else f"\\fI{roff(w)}\\fP" for w in words.split())


def page(program, text, version):
    paragraphs = [p.split("\n") for p in text.strip("\n").split("\n\n")]
    out = [f'.\\" Made by docs/man/make.py out of {program} \\-\\-help; do not edit.',
           f'.TH {program.upper().replace("-", chr(92) + "-")} 1 "" "libmtproto {version}" "User Commands"',
           ".SH NAME", f"{roff(program)} \\- {roff(TITLES[program])}", ".SH SYNOPSIS", ".nf"]
    for line in paragraphs[0]:
        words = re.sub(r"^(Usage:|      )\s*", "", line)
        name, _, rest = words.partition(" ")
        out.append(f"\\fB{roff(name)}\\fP {roff(rest)}")
    out += [".fi", ".SH DESCRIPTION"]
    section = "DESCRIPTION"
    for lines in paragraphs[1:]:
        if any(re.match(r"  -", line) for line in lines):
            out.append(".SH OPTIONS")
            for line in lines:
                match = re.match(r"  (-\S.*?)(?:\s{2,}(.*)|$)", line)
                # "--unknown-key      after ...": two spaces at least, or one where the name is long.
                if not match or match.group(2) is None:
                    long = re.match(r"  (--\S+(?: (?:\[\w+\]|[A-Z]\S*))?) ?(.*)", line)
                    match = long if line.startswith("  -") else None
                if match:
                    out += [".TP", option_line(match.group(1).replace(",", " ,").replace(" ,", ","))]
                    if match.group(2):
                        out.append(roff(match.group(2)))
                else:
                    out.append(roff(line.strip()))
            section = "OPTIONS"
            continue
        for line in lines:
            if line.startswith("Exit status:"):
                out.append(".SH EXIT STATUS")
                section = "EXIT STATUS"
                line = line[len("Exit status:"):].strip()
            elif line.startswith("Examples:"):
                out += [".SH EXAMPLES", ".nf"]
                section = "EXAMPLES"
                continue
            if section == "OPTIONS":
                out.append(".SH NOTES")
                section = "NOTES"
            out.append(roff(line.strip() if section != "EXAMPLES" else line[2:]))
        if section == "EXAMPLES":
            out.append(".fi")
        elif section == "DESCRIPTION":
            out.append(".PP")
    others = sorted(set(TITLES) - {program})
    out += [".SH SEE ALSO", ", ".join(f"\\fB{roff(o)}\\fP(1)" for o in others)]
    return "\n".join(line for line in out if line) + "\n"


arguments = [a for a in sys.argv[1:] if a != "--check"]
folder = pathlib.Path(arguments[0]) if arguments else ROOT / "build" / "bin"
version = re.search(r'^version = "(.*)"', (ROOT / "Cargo.toml").read_text(), re.M).group(1)
stale = 0
for program in TITLES:
    text = subprocess.run([folder / program, "--help"], capture_output=True, text=True, check=True).stdout
    wanted, path = page(program, text, version), HERE / f"{program}.1"
    if "--check" in sys.argv:
        if not path.exists() or path.read_text() != wanted:
            stale += 1
            print(f"{path.name} is not what {program} --help says: docs/man/make.py makes it anew")
    else:
        path.write_text(wanted)
missing = {p.stem for p in folder.glob("mtproto-*")} - set(TITLES)
if missing:
    print(f"without a page: {sorted(missing)}")
sys.exit(1 if stale or missing else 0)
