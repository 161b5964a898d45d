#!/bin/bash
# What the official entrypoint does and the compose file relies on: it makes the cluster once, runs the scripts of
# /docker-entrypoint-initdb.d, and never runs the server as root.
set -euo pipefail
export PGDATA=/var/lib/postgresql/18/docker

if [ "$(id -u)" = 0 ]; then
    mkdir -p "$PGDATA"
    chown -R postgres /var/lib/postgresql
    exec setpriv --reuid=postgres --regid=postgres --clear-groups bash "$0" "$@"
fi
if [ ! -s "$PGDATA/PG_VERSION" ]; then
    # shellcheck disable=SC2086
    initdb --pgdata="$PGDATA" --username=postgres --auth-host=scram-sha-256 ${POSTGRES_INITDB_ARGS:-} \
        --pwfile=<(printf '%s\n' "$POSTGRES_PASSWORD")
    echo "host all all all scram-sha-256" >>"$PGDATA/pg_hba.conf"
    pg_ctl --wait --options="-c listen_addresses=''" start
    for script in /docker-entrypoint-initdb.d/*.sh; do
        bash "$script"
    done
    pg_ctl --wait stop
fi
exec "$@" -c listen_addresses='*'
