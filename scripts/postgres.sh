# shellcheck shell=bash
# A throw-away PostgreSQL for ./test and ./bench: made in a temporary directory, reached over a socket
# in it, gone when the script ends. It forgets safety (no fsync): nothing in it is worth keeping.
# ./bench can keep one in a folder, to load it once and measure often.

postgres_home=
postgres_kept=
postgres_pid=

find_postgres() {
  local folder
  folder=$(find /usr/lib/postgresql -path '*/bin/initdb' 2>/dev/null | sort -V | tail -n 1)
  [ -n "$folder" ] || folder=$(command -v initdb) || return 1
  dirname "$folder"
}

# start_postgres [FOLDER]: sets DATABASE_URL. With FOLDER, which exists, it is kept there, and the one there is started
# again. Fails when there is no PostgreSQL or it will not start.
start_postgres() {
  local bin as
  bin=$(find_postgres) || return 1
  postgres_kept=${1-}
  if [ -n "$postgres_kept" ]; then
    postgres_home=$(realpath "$postgres_kept")
  else
    postgres_home=$(mktemp -d /tmp/postgres.XXXXXX)
  fi
  as=(env --chdir "$postgres_home")
  if [ "$(id -u)" -eq 0 ]; then  # PostgreSQL refuses root
    chown postgres "$postgres_home"
    as+=(setpriv --reuid postgres --regid postgres --init-groups)
  fi
  if [ -n "$postgres_kept" ] && "$bin/pg_isready" -q -h "$postgres_home" -U tests; then
    export DATABASE_URL="postgres://tests@/$postgres_home/postgres"  # somebody else's to stop
    return 0
  fi
  if [ ! -f "$postgres_home/data/PG_VERSION" ]; then
    long "Making a throw-away PostgreSQL" "${as[@]}" "$bin/initdb" --pgdata data \
      --username tests --auth trust --encoding UTF8 --locale C.UTF-8 --no-sync || return 1
  fi
  set -m
  "${as[@]}" setpriv --pdeathsig INT "$bin/postgres" -D data -k "$postgres_home" -c listen_addresses= \
    -c max_connections=200 -c fsync=off -c synchronous_commit=off -c full_page_writes=off -c max_wal_size=8GB \
    >var/log/postgres.log 2>&1 </dev/null &
  postgres_pid=$!
  set +m
  for _ in {1..100}; do
    if "$bin/pg_isready" -q -h "$postgres_home" -U tests; then
      export DATABASE_URL="postgres://tests@/$postgres_home/postgres"
      return 0
    fi
    sleep 0.1
  done
  tail -n 20 var/log/postgres.log >&2
  return 1
}

stop_postgres() {
  [ -z "$postgres_pid" ] || kill -INT -- "-$postgres_pid" 2>/dev/null || true
  [ -z "$postgres_pid" ] || wait "$postgres_pid" 2>/dev/null || true
  [ -z "$postgres_home" ] || [ -n "$postgres_kept" ] || rm -rf "$postgres_home"
  postgres_pid='' postgres_home='' postgres_kept=''
}
