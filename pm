#!/bin/sh
# Prompt Media's front door: makes the virtual environment when it is missing, then does what is asked.
# POSIX sh, so that it runs under dash and macOS alike. Works from any folder; file arguments stay relative to yours.
set -eu

here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd -P)
venv=$here/.venv
python=$venv/bin/python

help() {
    cat <<'TEXT'
Prompt Media

  ./pm up [--port N] [--host H]   install what is missing, start everything, print the address
  ./pm test [--browser] [ARGS]    run the tests; ARGS go to pytest; --browser insists on a real browser
  ./pm check                      lint, format, types, import contracts, migrations, deployment
  ./pm soak [--minutes N] [--seed S] [--on postgres] [--slow]
                                  a real studio under load while faults happen to it; --help tells more
  ./pm compose PROMPT NAME=FILE… -o OUT
                                  compose pictures from the shell, with no server
  ./pm --version                  tell which release this is
  ./pm ANYTHING                   python manage.py ANYTHING (try: ./pm help)

Settings come from the environment or a .env file: docs/configuration.md tells each one.
TEXT
}

say() { printf '%s\n' "$*" >&2; }

fail() {
    say "$*"
    exit 1
}

# find_python STATEMENT: a Python that fits and can do this. Each is run instead of looked for: a version manager
# leaves names on the PATH that answer 127.
find_python() {
    for candidate in ${PYTHON:+"$PYTHON"} python3.13 python3.12 python3.11 python3 python; do
        if "$candidate" -c "import sys; $1; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))" \
            >/dev/null 2>&1; then
            printf '%s\n' "$candidate"
            return
        fi
    done
    return 1
}

make_venv() {
    # An environment moved, half made or of a removed Python does not run its own pip: it is made again.
    if "$python" -m pip --version >/dev/null 2>&1; then return; fi
    if base=$(find_python "import venv, ensurepip"); then
        say "Making the virtual environment with $("$base" -V)."
        "$base" -m venv --clear "$venv"
    elif base=$(find_python "pass"); then
        version=$("$base" -c 'import sys; print("%d.%d" % sys.version_info[:2])')
        fail "Python $version is here, but its venv module is not whole.
On Debian or Ubuntu: sudo apt install python$version-venv, then run this again."
    else
        fail "Prompt Media needs Python 3.11, 3.12 or 3.13, and none of them runs here.
On Debian or Ubuntu: sudo apt install python3 python3-venv. On macOS: brew install python@3.13."
    fi
}

# install FILE [FILE…]: the last one is installed, all of them decide whether that has been done already.
install() {
    for file do :; done
    stamp=$venv/installed-$(basename "$file")
    if [ -x "$python" ] && [ "$(cat "$stamp" 2>/dev/null)" = "$(fingerprint "$@")" ]; then return; fi
    make_venv
    say "Installing $(basename "$file"); this is done once and takes about a minute."
    "$python" -m pip install -qq --no-input --disable-pip-version-check -r "$file" ||
        fail "Installing failed; the lines above say why. Nothing was started."
    fingerprint "$@" >"$stamp"
}

fingerprint() { cat "$@" "$venv/pyvenv.cfg" 2>/dev/null | cksum; }

install_runtime() { install "$here/requirements.txt"; }
install_all() { install "$here/requirements.txt" "$here/requirements-dev.txt"; }

has_browser() {
    for browser in chromium chromium-browser google-chrome google-chrome-stable; do
        if command -v "$browser" >/dev/null 2>&1; then return; fi
    done
    [ -d "/Applications/Google Chrome.app" ] || [ -d "/Applications/Chromium.app" ]
}

install_browser() {
    if has_browser; then return; fi
    root=
    if [ "$(id -u)" -ne 0 ]; then root="sudo -n"; fi
    if command -v apt-get >/dev/null 2>&1 && { [ -z "$root" ] || $root true 2>/dev/null; }; then
        say "Installing chromium with apt."
        $root apt-get update -qq && DEBIAN_FRONTEND=noninteractive $root apt-get install -y -qq chromium >/dev/null
    else
        fail "The browser tests need chromium, and this user may not install it. On Debian: sudo apt install chromium."
    fi
}

run_tests() {
    for argument do
        shift
        case $argument in
            --browser) BROWSER_TESTS=required && export BROWSER_TESTS ;;
            *) set -- "$@" "$argument" ;;
        esac
    done
    if [ "${BROWSER_TESTS:-}" = required ]; then install_browser; fi
    # The tests start some hundreds of processes: where this is set, each would compile all of the sources for itself.
    unset PYTHONDONTWRITEBYTECODE
    install_all
    cd "$here"
    # One file's tests of the running engine share one engine, so the groups stay together.
    exec "$python" -m pytest -n 2 --dist loadgroup "$@"
}

run_checks() {
    install_all
    cd "$here"
    failed=
    try "ruff check" "$python" -m ruff check .
    try "ruff format" "$python" -m ruff format --check --quiet .
    try "mypy" "$python" -m mypy
    # Not by its script: that one names the folder in which the environment was made, and a checkout may move.
    try "import contracts" "$python" -c "from importlinter.cli import lint_imports_command as lint; lint(['--no-logo'])"
    try "migrations" "$python" manage.py makemigrations --check --dry-run
    try "deployment" production ACCESS=open ALLOW_OPEN_NETWORK=1 "$python" manage.py check --deploy --fail-level WARNING
    try "deployment with a sign-in" production ACCESS=login "$python" manage.py check --deploy --fail-level WARNING
    [ -z "$failed" ] || fail "Not clean:$failed"
    say "All clean."
}

try() {
    name=$1
    shift
    say "== $name"
    "$@" || failed="$failed $name;"
}

production() {
    env SECRET_KEY="$("$python" -c 'import secrets; print(secrets.token_urlsafe(60))')" DEBUG=0 HTTPS=1 \
        HOST=0.0.0.0 BEHIND_PROXY=1 ALLOWED_HOSTS=studio.example "$@"
}

verb=${1:---help}
case $verb in
    -h | --help)
        help
        ;;
    --version | version)
        sed -n 's/^VERSION = "\(.*\)"$/Prompt Media \1/p' "$here/prompt_media/settings.py"
        ;;
    up)
        install_runtime
        exec "$python" "$here/manage.py" "$@"
        ;;
    test)
        shift
        run_tests "$@"
        ;;
    check)
        run_checks
        ;;
    soak)
        shift
        install_all
        cd "$here"
        exec "$python" -m tests.soak "$@"
        ;;
    compose)
        shift
        install_runtime
        # -P: a numpy.py in the caller's folder must not be taken for NumPy.
        PYTHONPATH=$here exec "$python" -P -m sessions_app.composing "$@"
        ;;
    createsuperuser)
        install_runtime
        # The first account may be wished for before the first start.
        "$python" "$here/manage.py" migrate --verbosity 0
        exec "$python" "$here/manage.py" "$@"
        ;;
    *)
        install_runtime
        exec "$python" "$here/manage.py" "$@"
        ;;
esac
