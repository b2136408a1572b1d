#!/usr/bin/env python3
"""Line coverage by folder of src/, out of lcov files: tools/coverage_table.py [--targets] MISSED LCOV...

Writes the lines that were not reached to MISSED, and ends with "N passed, M failed": one for each folder with a bar.
With --targets the files are those of fuzz targets: first a line for each, and no bar, because none of them is to reach all.
"""
import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
SRC = ROOT / "src"
# What the issue of trust is about: whatever a stranger's bytes can reach, and the border to C.
BAR = 95.0
BARRED = ("envelope", "obfuscation", "carrier", "mtproxy", "capi")


def is_test_file(path):
    """A module of tests alone: tests.rs, or below a folder tests/."""
    inside = path.relative_to(SRC)
    return "tests" in inside.with_suffix("").parts


def first_line_of_tests(path):
    """Where the test module begins that closes the file, if it is inline."""
    lines = path.read_text().splitlines()
    for number, line in enumerate(lines, 1):
        if re.match(r"#\[cfg\((all\()?test\b", line) and any(re.match(r"mod \w+ \{", l) for l in lines[number:number + 4]):
            return number
    return sys.maxsize


def read(reports):
    """File -> line -> count; a line that several reports have counts with all of them."""
    files, lines = {}, None
    for record in (line for report in reports for line in pathlib.Path(report).read_text().splitlines()):
        key, _, value = record.partition(":")
        if key == "SF":
            lines = files.setdefault(pathlib.Path(value).resolve(), {})
        elif key == "DA":
            number, count = value.split(",")[:2]
            lines[int(number)] = lines.get(int(number), 0) + int(count)
    return files


def without_tests(reports):
    """File -> line -> count, for what is shipped."""
    for path, lines in sorted(read(reports).items()):
        if SRC in path.parents and not is_test_file(path):
            tests = first_line_of_tests(path)
            yield path, {number: count for number, count in lines.items() if number < tests}


def print_targets(reports):
    layout = "{:<24} {:>8}"
    print(layout.format("target", "reached"))
    for report in reports:
        reached = sum(1 for _, lines in without_tests([report]) for count in lines.values() if count)
        print(layout.format(pathlib.Path(report).stem, reached))
    print()


def main(*arguments):
    by_targets = arguments[0] == "--targets"
    missed, *reports = arguments[by_targets:]
    if by_targets:
        print_targets(reports)
    folders, holes = {}, []
    for path, own in without_tests(reports):
        inside = path.relative_to(SRC)
        folder = inside.parts[0] if len(inside.parts) > 1 else "(the rest)"
        reached = sum(1 for count in own.values() if count)
        sums = folders.setdefault(folder, [0, 0])
        sums[0] += len(own)
        sums[1] += reached
        holes += [f"{path.relative_to(ROOT)}:{number}" for number, count in sorted(own.items()) if not count]
    pathlib.Path(missed).write_text("".join(line + "\n" for line in holes))

    passed = failed = 0
    layout = "{:<14} {:>7} {:>8} {:>8} {:>6}  {}"
    print(layout.format("folder", "lines", "reached", "percent", "bar", "result"))
    for folder, (total, reached) in sorted(folders.items()):
        percent = 100 * reached / total if total else 0.0
        bar, result = "", ""
        if folder in BARRED and not by_targets:
            bar, good = f"{BAR:.0f}", percent >= BAR
            result = "passed" if good else "FAILED"
            passed, failed = passed + good, failed + (not good)
        print(layout.format(folder, total, reached, f"{percent:.1f}", bar, result))
    for folder in set(BARRED) - set(folders):
        print(f"FAILED: nothing of src/{folder} was measured")
        failed += 1
    total, reached = (sum(sums[i] for sums in folders.values()) for i in (0, 1))
    print(layout.format("all", total, reached, f"{100 * reached / max(total, 1):.1f}", "", ""))
    print(f"the lines that nothing reached: {pathlib.Path(missed).relative_to(ROOT)}")
    if not by_targets:
        print(f"{passed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
