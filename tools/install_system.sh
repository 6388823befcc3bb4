#!/usr/bin/env bash
# What Debian must provide before a virtual environment can be made: a compiler, Python's headers, venv. With the
# word "postgres" behind Python's name also a PostgreSQL server, which the tests start by themselves.
set -euo pipefail
python=${1:-python3}

missing=()
command -v "$python" >/dev/null || missing+=(python3)
command -v cc >/dev/null || missing+=(gcc libc6-dev)
if command -v "$python" >/dev/null; then
    "$python" -c 'import ensurepip, venv' 2>/dev/null || missing+=(python3-venv)
    header=$("$python" -c 'import sysconfig; print(sysconfig.get_path("include") + "/Python.h")')
    [ -e "$header" ] || missing+=(python3-dev)
else
    missing+=(python3-venv python3-dev)
fi
if [ "${2:-}" = postgres ]; then
    compgen -G '/usr/lib/postgresql/*/bin/initdb' >/dev/null || command -v initdb >/dev/null || missing+=(postgresql)
fi
[ ${#missing[@]} -eq 0 ] && exit 0

if [ "$(id -u)" != 0 ]; then
    echo "callfloor needs these Debian packages: ${missing[*]}. Install them: sudo apt-get install ${missing[*]}" >&2
    exit 1
fi
export DEBIAN_FRONTEND=noninteractive
apt-get update -qq
apt-get install -y -qq --no-install-recommends "${missing[@]}"
