{{/* What the specs of all pods have in common. Takes the root. */}}
{{- define "lealtad.pod" -}}
serviceAccountName: {{ .Values.serviceAccountName }}
automountServiceAccountToken: false
# Kubernetes would add a variable LEALTAD_…_PORT for each Service, which a process takes for a setting.
enableServiceLinks: false
securityContext:
  runAsNonRoot: true
  {{- if kindIs "invalid" .Values.runAsUser | not }}
  runAsUser: {{ .Values.runAsUser | int64 }}
  runAsGroup: {{ .Values.runAsUser | int64 }}
  {{- end }}
  seccompProfile: {type: RuntimeDefault}
{{- with .Values.image.pullSecrets }}
imagePullSecrets:
  {{- range . }}
  - name: {{ . }}
  {{- end }}
{{- end }}
{{- with .Values.nodeSelector }}
nodeSelector: {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .Values.tolerations }}
tolerations: {{- toYaml . | nindent 2 }}
{{- end }}
volumes:
  - name: tmp
    emptyDir: {medium: Memory, sizeLimit: {{ .Values.tmpSize }}}
  {{- with .Values.extraVolumes }}
  {{- toYaml . | nindent 2 }}
  {{- end }}
{{- end -}}

{{/* What all containers have in common. Takes (dict "root" $ "name" NAME OF THE SERVICE "resources" MAP). */}}
{{- define "lealtad.container" -}}
image: {{ include "lealtad.image" . | quote }}
imagePullPolicy: {{ .root.Values.image.pullPolicy }}
securityContext:
  allowPrivilegeEscalation: false
  readOnlyRootFilesystem: true
  capabilities: {drop: [ALL]}
resources: {{- toYaml .resources | nindent 2 }}
volumeMounts:
  - {name: tmp, mountPath: /tmp}
  {{- with .root.Values.extraVolumeMounts }}
  {{- toYaml . | nindent 2 }}
  {{- end }}
{{- end -}}

{{/* How the pods of a process spread. Takes what lealtad.selector takes, and "byRevision". */}}
{{- define "lealtad.spread" -}}
{{- $scope := . -}}
{{- with .root.Values.topologySpread }}
topologySpreadConstraints:
  {{- range . }}
  - maxSkew: {{ .maxSkew | default 1 | int }}
    topologyKey: {{ .topologyKey }}
    whenUnsatisfiable: {{ .whenUnsatisfiable }}
    labelSelector:
      matchLabels: {{- include "lealtad.selector" $scope | nindent 8 }}
    {{- if $scope.byRevision }}
    # Pods of the former revision do not count: they are about to go.
    matchLabelKeys: [pod-template-hash]
    {{- end }}
  {{- end }}
{{- end }}
{{- end -}}

{{/* Probes of a process that serves /health: it is live while its loops turn, ready while work may be sent to it. */}}
{{- define "lealtad.probes" -}}
# Until the port answers, the two other probes wait: imports, the database and a model take seconds.
startupProbe:
  httpGet: {path: /health/live, port: http}
  periodSeconds: 2
  timeoutSeconds: 5
  failureThreshold: 60
# A loop that stands ends the process by itself (LEALTAD_STUCK_AFTER_S); this probe is for a process that cannot.
livenessProbe:
  httpGet: {path: /health/live, port: http}
  periodSeconds: 10
  timeoutSeconds: 5
  failureThreshold: 6
# The checks behind it take up to two seconds.
readinessProbe:
  httpGet: {path: /health/ready, port: http}
  periodSeconds: 5
  timeoutSeconds: 4
  failureThreshold: 2
{{- end -}}

{{/* Spec of a job that runs to its end. Takes (dict "retries" N "deadline" SECONDS). */}}
{{- define "lealtad.job" -}}
backoffLimit: {{ .retries | int }}
activeDeadlineSeconds: {{ .deadline | int }}
ttlSecondsAfterFinished: 86400
podFailurePolicy:
  rules:
    # Exit status 2: the settings are wrong, and another try would not change that.
    - action: FailJob
      onExitCodes: {operator: In, values: [2]}
    - action: Ignore
      onPodConditions: [{type: DisruptionTarget, status: "True"}]
{{- end -}}
