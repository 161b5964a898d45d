#!/bin/bash
# Runs once, when the volume is made: a role and a database of its own for each service.
set -euo pipefail

for name in customer_profile segmentation churn_scoring campaigns complaints; do
    password_variable="${name^^}_DB_PASSWORD"
    psql --quiet --set=ON_ERROR_STOP=1 --username=postgres --set=name="$name" --set=password="${!password_variable}" <<'SQL'
CREATE ROLE :"name" LOGIN PASSWORD :'password';
-- To tell of anybody's snapshot that is left open in its database.
GRANT pg_read_all_stats TO :"name";
CREATE DATABASE :"name" OWNER :"name";
REVOKE CONNECT ON DATABASE :"name" FROM PUBLIC;
SQL
done
