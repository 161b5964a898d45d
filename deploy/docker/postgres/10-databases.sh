#!/bin/bash
# Runs once, when the volume is made: a role and a database of its own for each service that has a password,
# <PACKAGE>_DB_PASSWORD.
set -euo pipefail

for password_variable in $(compgen -e | grep '_DB_PASSWORD$'); do
    name=${password_variable%_DB_PASSWORD}
    name=${name,,}
    psql --quiet --set=ON_ERROR_STOP=1 --username=postgres --set=name="$name" --set=password="${!password_variable}" <<'SQL'
CREATE ROLE :"name" LOGIN PASSWORD :'password';
-- To tell of anybody's snapshot that is left open in its database.
GRANT pg_read_all_stats TO :"name";
CREATE DATABASE :"name" OWNER :"name";
REVOKE CONNECT ON DATABASE :"name" FROM PUBLIC;
SQL
done
