{{/* A value as a process reads it. Helm reads numbers as floats, and would write 8388608 as 8.388608e+06. */}}
{{- define "lealtad.scalar" -}}
{{- if and (kindIs "float64" .) (eq (floor .) .) -}}
{{- int64 . | toString | quote -}}
{{- else -}}
{{- toString . | quote -}}
{{- end -}}
{{- end -}}

{{/* Variables from `settings` and `settingsFrom`. Takes (dict "settings" MAP "settingsFrom" MAP). */}}
{{- define "lealtad.settings" -}}
{{- range $variable, $value := .settings }}
- name: {{ $variable }}
  value: {{ include "lealtad.scalar" $value }}
{{- end }}
{{- range $variable, $source := .settingsFrom }}
- name: {{ $variable }}
  valueFrom: {secretKeyRef: {name: {{ $source.secret | quote }}, key: {{ $source.key | quote }}}}
{{- end }}
{{- end -}}

{{/* Variables of the Kafka cluster and its topics. Takes the root. */}}
{{- define "lealtad.kafkaEnvironment" -}}
- name: LEALTAD_KAFKA_BOOTSTRAP
  value: {{ required "kafka.bootstrap is required: host:port[,host:port] of Kafka's brokers" .Values.kafka.bootstrap | quote }}
- name: LEALTAD_TOPIC_PREFIX
  value: {{ .Values.topics.prefix | quote }}
- name: LEALTAD_TOPIC_PARTITIONS
  value: {{ include "lealtad.scalar" .Values.topics.partitions }}
- name: LEALTAD_TOPIC_REPLICATION
  value: {{ include "lealtad.scalar" .Values.topics.replication }}
- name: LEALTAD_ALLOW_UNREPLICATED_TOPICS
  value: {{ .Values.topics.allowUnreplicated | quote }}
{{- end -}}

{{/* Variable of the database. Takes (dict "root" $ "database" MAP). */}}
{{- define "lealtad.databaseEnvironment" -}}
{{- $postgresql := .root.Values.postgresql -}}
{{- if $postgresql.host }}
- name: DATABASE_USER
  valueFrom: {secretKeyRef: {name: {{ .database.existingSecret | quote }}, key: {{ $postgresql.usernameKey | quote }}}}
- name: DATABASE_PASSWORD
  valueFrom: {secretKeyRef: {name: {{ .database.existingSecret | quote }}, key: {{ $postgresql.passwordKey | quote }}}}
- name: LEALTAD_DATABASE_URL
  value: {{ printf "postgresql://$(DATABASE_USER):$(DATABASE_PASSWORD)@%s:%d/%s%s" $postgresql.host (int $postgresql.port) .database.name $postgresql.options | quote }}
{{- else }}
- name: LEALTAD_DATABASE_URL
  valueFrom: {secretKeyRef: {name: {{ .database.existingSecret | quote }}, key: {{ $postgresql.urlKey | quote }}}}
{{- end }}
{{- end -}}

{{/* All variables of a process of a service. Takes (dict "root" $ "name" NAME "service" MAP "component" COMPONENT). */}}
{{- define "lealtad.environment" -}}
{{- $values := .root.Values -}}
- name: LEALTAD_HOST
  value: {{ $values.listenAddress | quote }}
- name: LEALTAD_PORT
  value: "8000"
- name: LEALTAD_SHUTDOWN_S
  value: {{ include "lealtad.scalar" $values.shutdownSeconds }}
- name: LEALTAD_TOKEN_SECRET
  valueFrom: {secretKeyRef: {name: {{ $values.token.existingSecret | quote }}, key: {{ $values.token.key | quote }}}}
{{- if .service.database }}
{{ include "lealtad.kafkaEnvironment" .root }}
{{- include "lealtad.databaseEnvironment" (dict "root" .root "database" .service.database) }}
{{- end }}
{{- if eq .component "worker" }}
# The pod's name is the slot: a restarted worker takes over its own partitions without a rebalance.
- name: LEALTAD_INSTANCE
  valueFrom: {fieldRef: {fieldPath: metadata.name}}
{{- end }}
{{- if and (eq .component "api") (include "lealtad.isExposed" .root) }}
- name: LEALTAD_HTTP_ROOT_PATH
  value: {{ include "lealtad.path" . | quote }}
{{- end }}
{{- $settings := mergeOverwrite (deepCopy $values.settings) (.service.settings | default dict) -}}
{{- $settingsFrom := mergeOverwrite (deepCopy $values.settingsFrom) (.service.settingsFrom | default dict) -}}
{{- include "lealtad.settings" (dict "settings" $settings "settingsFrom" $settingsFrom) }}
{{- end -}}
