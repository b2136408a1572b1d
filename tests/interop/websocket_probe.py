"""Runs mtproto-probe for the carriers' interop tests and reads its report."""

import json
import subprocess


def ask(probe, address, options):
    """The exit status, the report, and what was said on stderr."""
    done = subprocess.run([probe, "--json", "--timeout", "10", *options, "%s:%d" % address[:2]], stdin=subprocess.DEVNULL,
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, timeout=30, check=False)
    assert done.stdout, "the probe ended with status %d: %s" % (done.returncode, done.stderr.strip())
    return done.returncode, json.loads(done.stdout), done.stderr
