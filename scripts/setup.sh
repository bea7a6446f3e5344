# shellcheck shell=bash
# What ./run, ./test and ./bench share: system packages, Python, .venv, styles. Each step is skipped
# when nothing it depends on has changed: the hash of its inputs is kept beside what it made.

python=.venv/bin/python  # started as `$python -m tool`, so that a moved folder still works
missing=()               # what could not be installed, in words for the person at the terminal
job=                     # the long step under way: the leader of its own process group
asked_apt=

say() { printf '%s\n' "$*"; }
stop() { printf '%s\n' "$*" >&2; exit 1; }

# long WORDS COMMAND…: runs the command with a dot every second; its output is shown only when it fails.
long() {
  local words=$1 log=var/log/setup.log started=$SECONDS ticks=0
  shift
  mkdir -p var/log
  printf '%s ' "$words"
  set -m
  "$@" >"$log" 2>&1 </dev/null &
  job=$!
  set +m
  while kill -0 "$job" 2>/dev/null; do
    sleep 0.1
    ticks=$((ticks + 1))
    [ $((ticks % 10)) -ne 0 ] || printf .
  done
  if wait "$job"; then
    job=
    printf ' done (%d s)\n' $((SECONDS - started))
  else
    job=
    printf ' failed:\n'
    tail -n 25 "$log" >&2
    return 1
  fi
}

stop_long_step() { [ -z "$job" ] || kill -INT -- "-$job" 2>/dev/null || true; }

# --- system packages ------------------------------------------------------------------------------

is_installed() { [ "$(dpkg-query -W -f '${db:Status-Status}' "$1" 2>/dev/null)" = installed ]; }

apt() { DEBIAN_FRONTEND=noninteractive apt-get -o DPkg::Lock::Timeout=120 "$@"; }

# need_packages PURPOSE PACKAGE…: installs what is missing as root, else names it. Fails when it stays missing.
need_packages() {
  local purpose=$1 package lacking=()
  shift
  command -v dpkg-query >/dev/null || return 0  # not Debian: the product's own checks say what is missing
  for package in "$@"; do is_installed "$package" || lacking+=("$package"); done
  [ ${#lacking[@]} -gt 0 ] || return 0
  if [ "$(id -u)" -eq 0 ]; then
    if [ -z "$asked_apt" ]; then
      asked_apt=yes
      long "Asking Debian's package lists (apt-get update)" apt -q update || true
    fi
    long "Installing system packages for $purpose: ${lacking[*]}" \
      apt -q -y --no-install-recommends install "${lacking[@]}" && return 0
    missing+=("$purpose: apt-get could not install ${lacking[*]}")
  else
    missing+=("$purpose: as an administrator, apt-get install ${lacking[*]}")
  fi
  return 1
}

need_system_packages() {
  need_packages "time zones" tzdata || true
  need_packages "PDF documents" fonts-dejavu-core libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0 || true
}

say_missing() {
  local line
  for line in "${missing[@]}"; do say "Missing for $line"; done
}

# --- Python and its packages ----------------------------------------------------------------------

is_new_enough() { "$1" -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1; }

find_python() {
  local name
  for name in python3 python3.13 python3.12 python3.11; do
    if is_new_enough "$name"; then
      found=$name
      return 0
    fi
  done
  return 1
}

# As root, Debian's packages; Ubuntu 22.04 has 3.11 beside an older python3.
need_python() { [ "$(id -u)" -eq 0 ] && need_packages Python "$@" && find_python; }

has_uv() { uv --version >/dev/null 2>&1; }

make_venv() {
  local found='' version
  ! is_new_enough "$python" || return 0
  find_python || need_python python3 python3-venv || need_python python3.11 python3.11-venv ||
    stop "Python 3.11 or later is needed. On Debian 12, Ubuntu 24.04 or later: apt-get install python3 python3-venv"
  if has_uv; then
    long "Making .venv with uv" uv venv --clear --python "$found" .venv || stop "Could not make .venv."
    return 0
  fi
  if ! "$found" -c 'import ensurepip, venv' 2>/dev/null; then
    version=$("$found" -c 'import sys; print("%d.%d" % sys.version_info[:2])')
    need_packages "Python's virtual environments" "python$version-venv" ||
      stop "$found cannot make a virtual environment. As an administrator: apt-get install python$version-venv"
  fi
  long "Making .venv" "$found" -m venv --clear .venv || stop "Could not make .venv."
}

hash_of() { cat -- "$@" | sha256sum | cut -c1-64; }

# install_requirements WORDS FILE: the locked packages of FILE into .venv, each checked against its hash.
install_requirements() {
  local words=$1 file=$2 stamp
  stamp=.venv/$2.installed
  [ "$(cat "$stamp" 2>/dev/null)" != "$(hash_of "$file")" ] || return 0
  if has_uv; then
    long "$words" uv pip install --python "$python" --require-hashes -r "$file"
  else
    "$python" -m pip --version >/dev/null 2>&1 || long "Adding pip to .venv" "$python" -m ensurepip
    long "$words" "$python" -m pip install --disable-pip-version-check --require-hashes -r "$file"
  fi || stop "Could not install the Python packages of $file."
  hash_of "$file" >"$stamp"
}

install_for_use() { install_requirements "Installing the Python packages" requirements.txt; }

install_for_tests() {
  install_requirements "Installing the Python packages, with those for tests" requirements-dev.txt
  hash_of requirements.txt >.venv/requirements.txt.installed  # the first list is part of the second
}

# --- styles ---------------------------------------------------------------------------------------

# The machine's own npm where its Node.js is 20 or later, else one from a Python package.
find_npm() {
  if command -v npm >/dev/null && node -e 'process.exit(+process.versions.node.split(".")[0] < 20 ? 1 : 0)' 2>/dev/null; then
    return 0
  fi
  install_requirements "Installing Node.js into .venv, to build the styles" requirements-node.txt
  PATH=$PWD/.venv/bin:$PATH
}

is_built() { [ -n "$(ls -A static/build 2>/dev/null)" ]; }

build_styles() {
  local libraries sources
  libraries=$(hash_of package.json package-lock.json)
  sources=$(find static/src -type f -print0 | sort -z | xargs -0 sha256sum | hash_of - package-lock.json package.json)
  if is_built && [ "$(cat var/stamps/styles 2>/dev/null)" = "$sources" ]; then return 0; fi
  find_npm
  mkdir -p var/stamps
  if [ ! -d node_modules ] || [ "$(cat var/stamps/libraries 2>/dev/null)" != "$libraries" ]; then
    long "Fetching the style libraries" npm ci || stop "Could not fetch the style libraries."
    printf '%s\n' "$libraries" >var/stamps/libraries
  fi
  long "Building the styles" npm run build || stop "Could not build the styles."
  printf '%s\n' "$sources" >var/stamps/styles
}
