#!/usr/bin/env bash
# Makes a machine ready to run hoso, and is quick where it already is.
#
# usage: bash .ci/setup.sh run|dev|bench|archive|export|serve [fonts] [browser]
#   run    programs (through apt) and the locked packages that hoso needs, in .venv
#   dev    the same with the tools for tests, lint and drawing samples
#   bench  the same as dev with the peers that hoso is measured against
#   archive  the same as run with OCRmyPDF, which makes searchable PDFs
#   export  the same as run with what workbooks, DuckDB and Parquet take
#   serve  the same as run with what the review page needs
#   browser  also Chromium, which the tests drive the review page with
#   fonts  also the fonts that samples and training pages are drawn with
set -euo pipefail
cd "$(dirname "$0")/.."

want=${1:-run}
venv=.venv

say() { echo "setup: $*" >&2; }
die() { say "$*"; exit 5; }

has_vie() { tesseract --list-langs 2>/dev/null | grep -qx vie; }

# Python of the distribution or newer; hoso needs 3.11 (tomllib)
find_python() {
    local name
    for name in python3 python3.14 python3.13 python3.12 python3.11; do
        if command -v "$name" >/dev/null && "$name" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
            echo "$name"
            return
        fi
    done
}

# Debian splits ensurepip out of python3: without it `python3 -m venv` fails half-way
has_venv() { "$1" -c 'import ensurepip, venv' 2>/dev/null; }

missing_packages() {
    command -v tesseract >/dev/null || echo tesseract-ocr
    has_vie || echo tesseract-ocr-vie
    { command -v pdftoppm && command -v pdfinfo && command -v pdftotext && command -v pdfimages; } >/dev/null ||
        echo poppler-utils
    if [ ! -x $venv/bin/python ]; then
        local python
        python=$(find_python)
        if [ -z "$python" ]; then
            echo python3
            echo python3-venv
        else
            has_venv "$python" || echo python3-venv
        fi
    fi
    if [[ " $* " == *" browser "* ]] && ! command -v chromium >/dev/null; then
        echo chromium
    fi
    if [[ " $* " == *" fonts "* ]]; then
        local pair
        for pair in Tinos-Regular.ttf:fonts-croscore texgyretermes-regular.otf:fonts-texgyre \
            NotoSerif-Regular.ttf:fonts-noto-core DejaVuSerif.ttf:fonts-dejavu-core; do
            # not `find | grep -q`: a closed pipe would count as failure
            [ -n "$(find /usr/share/fonts /usr/share/texmf/fonts /usr/local/share/fonts \
                -name "${pair%%:*}" -print -quit 2>/dev/null)" ] || echo "${pair#*:}"
        done
    fi
}

install_programs() {
    local packages as=()
    mapfile -t packages < <(missing_packages "$@")
    [ ${#packages[@]} -gt 0 ] || return 0
    command -v apt-get >/dev/null ||
        die "this system has no apt: install ${packages[*]} (Debian's names: tesseract with Vietnamese data 'vie', poppler, Python >= 3.11), then run make again"
    if [ "$(id -u)" -ne 0 ]; then
        command -v sudo >/dev/null || die "run as root: apt-get install -y ${packages[*]}; then run make again"
        as=(sudo)
    fi
    say "installing ${packages[*]} with ${as[*]:+sudo }apt-get"
    local apt=("${as[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -q -y -o DPkg::Lock::Timeout=300) log
    log=$(mktemp)
    "${apt[@]}" update >"$log" 2>&1 </dev/null ||
        say "apt-get update failed ($(grep -m 1 '^E:' "$log" || true)); trying with the package list that is there"
    if ! "${apt[@]}" install --no-install-recommends "${packages[@]}" >"$log" 2>&1 </dev/null; then
        tail -n 5 "$log" >&2
        die "apt-get could not install ${packages[*]}: its message stands above, all of it in $log"
    fi
    rm -f "$log"
}

# a venv of its own: Debian forbids pip in the system's Python (PEP 668), and nothing else is touched
install_python() {
    local python stamp hash groups=(--no-dev) enough=($venv/.hoso-$want)
    case $want in
        run) enough+=($venv/.hoso-dev $venv/.hoso-archive $venv/.hoso-export $venv/.hoso-serve) ;;
        dev) groups=(--group dev --extra cluster --extra export --extra serve) ;;
        bench) groups=(--group dev --group bench --extra cluster --extra export --extra serve) ;;
        archive) groups=(--no-dev --extra archive) ;;
        export) groups=(--no-dev --extra export) enough+=($venv/.hoso-dev) ;;
        serve) groups=(--no-dev --extra serve) enough+=($venv/.hoso-dev) ;;
        *) die "usage: bash .ci/setup.sh run|dev|bench|archive|export|serve [fonts] [browser]" ;;
    esac
    [ "$want" = archive ] || enough+=($venv/.hoso-bench)
    hash=$(cat pyproject.toml uv.lock | sha256sum | cut -d' ' -f1)
    stamp=$venv/.hoso-$want
    if [ -x $venv/bin/hoso ] && $venv/bin/python -c '' 2>/dev/null &&
        grep -qsx "$hash" "${enough[@]}"; then
        return 0
    fi
    if ! $venv/bin/python -m pip --version >/dev/null 2>&1; then
        python=$(find_python)
        [ -n "$python" ] || die "no Python >= 3.11 found; install one, then run make again"
        say "making $venv with $($python --version)"
        "$python" -m venv --clear $venv || die "'$python -m venv' failed: install Python's venv and ensurepip modules"
    fi
    if ! $venv/bin/uv --version >/dev/null 2>&1; then
        say "installing uv into $venv"
        $venv/bin/python -m pip --quiet --disable-pip-version-check install uv || die "pip could not install uv"
    fi
    say "installing the packages of uv.lock into $venv"
    # --inexact: 'make extract' after 'make test' leaves the test tools in place
    UV_PROJECT_ENVIRONMENT=$venv $venv/bin/uv sync --quiet --frozen --inexact "${groups[@]}" --python $venv/bin/python ||
        die "uv could not install the packages of uv.lock: see its message above"
    echo "$hash" >$stamp
}

install_programs "$@"
install_python
