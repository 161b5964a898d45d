#!/bin/bash
# What the official entrypoint does and the compose file relies on: KAFKA_… variables become server.properties, and an
# empty volume is formatted with CLUSTER_ID.
set -euo pipefail
properties=/tmp/server.properties
: >"$properties"
for name in $(compgen -e); do
    case $name in
    KAFKA_HEAP_OPTS) ;;
    KAFKA_*)
        key=$(echo "${name#KAFKA_}" | tr 'A-Z_' 'a-z.')
        echo "$key=${!name}" >>"$properties"
        ;;
    esac
done
run() {
    # shellcheck disable=SC2086
    exec /opt/java/bin/java ${KAFKA_HEAP_OPTS:-} -XX:+UseSerialGC -Dlog4j2.configurationFile=/opt/log4j2.properties -cp '/opt/kafka/*' "$@"
}
(run kafka.tools.StorageTool format --ignore-formatted --cluster-id "$CLUSTER_ID" --config "$properties")
run kafka.Kafka "$properties"
