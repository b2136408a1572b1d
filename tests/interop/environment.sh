# shellcheck shell=sh
# For the run*.sh here, which source it: virtual environments for Python below build/.
#
# Wants `root`, the tree, set. `need_python` goes first; `environment` and `python_with` set `python`.

root=${root:?the tree}
log=/dev/null

# environment NAME REQUIREMENTS...: sets `python` to that of a virtual environment with these; false if it cannot be made,
# and why is the log's last line. The stamp is written last and holds the pins: an interrupted or an outdated environment
# is made again.
environment() {
    venv=$root/build/$1
    python=$venv/bin/python
    shift
    if cat "$@" | cmp -s - "$venv/installed"; then return 0; fi
    rm -rf "$venv"
    pins=$(cat "$@")
    # shellcheck disable=SC2086 # a word for each pin
    if python3 -m venv "$venv" >>"$log" 2>&1 &&
        "$python" -m pip install --quiet --disable-pip-version-check $pins >>"$log" 2>&1; then
        cat "$@" >"$venv/installed"
        return 0
    fi
    rm -rf "$venv"
    return 1
}

# need_program PATH...: ends with a failure where one is missing.
need_program() {
    for program in "$@"; do
        if [ ! -x "$program" ]; then
            echo "FAILED  $program is missing: build it first"
            echo "0 passed, 1 failed"
            exit 1
        fi
    done
}

# need_python LOG: ends with 77 where there is none; the log is begun.
need_python() {
    log=$1
    if ! command -v python3 >/dev/null 2>&1; then
        echo "skipped: python3 is missing (package python3)"
        exit 77
    fi
    mkdir -p "$root/build"
    : >"$log"
}

# python_with NAME REQUIREMENTS...: as `environment`, but ends with 77 where it cannot be made.
python_with() {
    if ! environment "$@"; then
        echo "skipped: no virtual environment (package python3-venv), or no packages in it: $(tail -n 1 "$log")"
        exit 77
    fi
}
