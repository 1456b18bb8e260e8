#!/bin/sh
# Make .venv at the root: the pinned packages of requirements.lock and this package, editable.
# Needs Python 3.11 - 3.13; on Debian and Ubuntu it installs the missing part of Python itself where it may.
set -eu
cd "$(dirname "$0")/.."

find_python() {
    for name in "${PYTHON:-}" python3 python3.13 python3.12 python3.11; do
        if [ -n "$name" ] && command -v "$name" >/dev/null 2>&1 &&
            "$name" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))'; then
            command -v "$name"
            return
        fi
    done
    echo "No Python 3.11, 3.12 or 3.13 was found." >&2
    echo "Hint: install one (Debian 12+: apt-get install python3), or name it: make PYTHON=/path/to/python demo" >&2
    return 1
}

# Debian splits venv off from Python.
install_venv() {
    package="python$("$1" -c 'import sys; print("%d.%d" % sys.version_info[:2])')-venv"
    as_root=""
    [ "$(id -u)" = 0 ] || as_root="sudo"
    echo "Installing $package, which Python needs to make environments."
    { $as_root apt-get update -qq && $as_root apt-get install -y -qq "$package"; } || {
        echo "Could not install it. Hint: run this as root: apt-get install $package" >&2
        return 1
    }
}

python=$(find_python)
"$python" -c 'import ensurepip, venv' 2>/dev/null || install_venv "$python"

if [ ! -x .venv/bin/uv ]; then
    "$python" -m venv .venv
    pinned=$(sed -n 's/^\(uv==[^ ;]*\).*/\1/p' requirements.lock)
    .venv/bin/python -m pip install --quiet --disable-pip-version-check "$pinned"
fi
.venv/bin/uv pip install --python .venv/bin/python --quiet --require-hashes --requirement requirements.lock
.venv/bin/uv pip install --python .venv/bin/python --quiet --no-deps --no-build-isolation --editable .
touch .venv/installed
