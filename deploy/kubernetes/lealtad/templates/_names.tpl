{{/* First part of the names of all objects. */}}
{{- define "lealtad.fullname" -}}
{{- $name := .Values.fullnameOverride | default (.Release.Name | replace "." "-") -}}
{{- if gt (len $name) 24 -}}
{{- fail (printf "%s has more than 24 characters, and names of objects would grow too long: set fullnameOverride" $name) -}}
{{- end -}}
{{- $name -}}
{{- end -}}

{{/* Labels that never change, by which pods are chosen. Takes (dict "root" $ "name" NAME "component" COMPONENT). */}}
{{- define "lealtad.selector" -}}
app.kubernetes.io/name: {{ .name }}
app.kubernetes.io/instance: {{ .root.Release.Name }}
app.kubernetes.io/component: {{ .component }}
{{- end -}}

{{/* All labels of an object. Takes what lealtad.selector takes. */}}
{{- define "lealtad.labels" -}}
{{ include "lealtad.selector" . }}
app.kubernetes.io/part-of: lealtad
app.kubernetes.io/version: {{ .root.Values.image.tag | default .root.Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .root.Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .root.Chart.Name .root.Chart.Version | replace "+" "_" }}
{{- end -}}

{{/* Labels of a pod: none that a new version of the chart changes. Takes what lealtad.selector takes. */}}
{{- define "lealtad.podLabels" -}}
{{ include "lealtad.selector" . }}
app.kubernetes.io/part-of: lealtad
{{- with .root.Values.podLabels }}
{{ toYaml . }}
{{- end }}
{{- end -}}

{{/* Image of a service. Takes (dict "root" $ "name" NAME). */}}
{{- define "lealtad.image" -}}
{{- $image := .root.Values.image -}}
{{- $tag := $image.tag | default .root.Chart.AppVersion -}}
{{- printf "%s/%s:%s" (list $image.registry $image.repository | compact | join "/") .name $tag -}}
{{- end -}}

{{/* Python package of a service. Takes its name. */}}
{{- define "lealtad.package" -}}
{{- . | replace "-" "_" -}}
{{- end -}}

{{/* Name of the service whose image runs what belongs to no service: the topics and the test of a release. */}}
{{- define "lealtad.anyService" -}}
{{- keys .Values.services | sortAlpha | first -}}
{{- end -}}

{{/* Path of a service's API at the host. Takes (dict "root" $ "name" NAME). */}}
{{- define "lealtad.path" -}}
{{- printf "%s/%s" .root.Values.exposure.pathPrefix .name -}}
{{- end -}}

{{/* Whether APIs are reached from outside: a word, or nothing. */}}
{{- define "lealtad.isExposed" -}}
{{- if or .Values.exposure.ingress.enabled .Values.exposure.gateway.enabled -}}
{{- if not .Values.exposure.host -}}
{{- fail "exposure.host is required where exposure.ingress or exposure.gateway is enabled" -}}
{{- end -}}
exposed
{{- end -}}
{{- end -}}
