"""Each rule finds a chart that breaks it: one object is changed, and the rule says so."""

from collections.abc import Callable, Sequence
from copy import deepcopy
from typing import Any

import pytest

from . import containers, environment, hooks, networks, ports, selectors
from .changes import API, WORKER, Change, add, change, put_url_first, remove, repeat_variable, set_variable
from .manifests import EXAMPLES, manifests_of
from .test_rules import RULES

EVERYTHING = next(path for path in EXAMPLES if path.stem == "everything")
POD = "spec/template/spec"
FIRST = f"{POD}/containers/*"
TOPICS, MIGRATE = "crm-lealtad-topics", "crm-lealtad-campaigns-migrate"
ACCOUNT = {"apiVersion": "v1", "kind": "ServiceAccount", "metadata": {"name": "lealtad", "namespace": "lealtad"}}
SECRET = {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "token", "namespace": "lealtad"}}
OTHER = {"app.kubernetes.io/name": "other"}

CASES: Sequence[tuple[Callable[..., Any], Change]] = [
    (selectors.workloads_choose_their_own_pods, change("Deployment", API, "spec/selector/matchLabels", OTHER)),
    (selectors.workloads_choose_their_own_pods, change("Deployment", API, "spec/selector/matchLabels", {})),
    (
        selectors.services_and_budgets_choose_the_pods_of_their_name,
        change("Service", API, "spec/selector", OTHER),
    ),
    (
        selectors.services_and_budgets_choose_the_pods_of_their_name,
        change("PodDisruptionBudget", API, "spec/selector/matchLabels", OTHER),
    ),
    (selectors.every_workload_has_a_budget, remove("PodDisruptionBudget", WORKER)),
    (selectors.stateful_sets_have_a_headless_service, change("StatefulSet", WORKER, "spec/serviceName", "other")),
    (selectors.stateful_sets_have_a_headless_service, change("Service", WORKER, "spec/clusterIP")),
    (
        selectors.autoscalers_have_a_target_without_a_number_of_its_own,
        change("HorizontalPodAutoscaler", WORKER, "spec/scaleTargetRef/kind", "Deployment"),
    ),
    (
        selectors.autoscalers_have_a_target_without_a_number_of_its_own,
        change("Deployment", API, "spec/replicas", 2),
    ),
    (
        selectors.autoscalers_have_a_target_without_a_number_of_its_own,
        remove("HorizontalPodAutoscaler", API),
    ),
    (selectors.pods_spread_among_their_own, change("Deployment", API, f"{POD}/topologySpreadConstraints")),
    (
        selectors.pods_spread_among_their_own,
        change("StatefulSet", WORKER, f"{POD}/topologySpreadConstraints/*/labelSelector", {"matchLabels": OTHER}),
    ),
    (
        selectors.monitors_choose_services,
        change("ServiceMonitor", "crm-lealtad", "spec/selector/matchLabels", OTHER),
    ),
    (
        selectors.monitors_choose_services,
        change("ServiceMonitor", "crm-lealtad", "spec/endpoints/*/port", "metrics"),
    ),
    (selectors.names_are_short_and_unique, change("StatefulSet", WORKER, "metadata/name", "x" * 53)),
    (selectors.names_are_short_and_unique, change("Service", WORKER, "metadata/name", API)),
    (
        ports.services_lead_to_ports_of_their_pods,
        change("Service", API, "spec/ports/*/targetPort", "web"),
    ),
    (
        ports.processes_listen_at_the_ports_of_their_container,
        change("Deployment", API, f"{FIRST}/ports/*/containerPort", 8080),
    ),
    (
        ports.processes_listen_at_the_ports_of_their_container,
        set_variable("Deployment", API, "LEALTAD_HOST", value="127.0.0.1"),
    ),
    (ports.processes_that_serve_have_all_probes, change("StatefulSet", WORKER, f"{FIRST}/startupProbe")),
    (
        ports.processes_that_serve_have_all_probes,
        change("Deployment", API, f"{FIRST}/livenessProbe/httpGet/path", "/health/ready"),
    ),
    (
        ports.processes_that_serve_have_all_probes,
        change("Deployment", API, f"{FIRST}/readinessProbe/httpGet/path", "/healthz"),
    ),
    (
        ports.processes_that_serve_have_all_probes,
        change("Deployment", API, f"{FIRST}/readinessProbe/httpGet/port", "web"),
    ),
    (
        ports.processes_that_serve_have_all_probes,
        change("Deployment", API, f"{FIRST}/readinessProbe/timeoutSeconds", 1),
    ),
    (
        ports.metrics_are_read_where_they_are,
        change("ServiceMonitor", "crm-lealtad", "spec/endpoints/*/path", "/prometheus"),
    ),
    (
        ports.outside_paths_lead_to_ports_of_services,
        change("Ingress", "crm-lealtad", "spec/rules/*/http/paths/*/backend/service/name", "other"),
    ),
    (
        ports.outside_paths_lead_to_ports_of_services,
        change("Ingress", "crm-lealtad", "spec/rules/*/http/paths/*/path", "/campaigns/v1"),
    ),
    (
        ports.outside_paths_lead_to_ports_of_services,
        change("HTTPRoute", "crm-lealtad", "spec/rules/*/backendRefs/*/port", 8000),
    ),
    (
        ports.outside_paths_lead_to_ports_of_services,
        set_variable("Deployment", API, "LEALTAD_HTTP_ROOT_PATH"),
    ),
    (
        ports.the_test_asks_each_api,
        change("Pod", "crm-lealtad-test", "spec/containers/*/args", ["http://other/health/ready"]),
    ),
    (ports.the_test_asks_each_api, change("Service", API, "spec/ports/*/port", 8000)),
    (containers.pods_are_restricted, change("Deployment", API, f"{POD}/securityContext/runAsNonRoot", value=False)),
    (containers.pods_are_restricted, change("Job", TOPICS, f"{POD}/securityContext/seccompProfile")),
    (containers.pods_are_restricted, change("StatefulSet", WORKER, f"{POD}/automountServiceAccountToken")),
    (containers.pods_are_restricted, change("StatefulSet", WORKER, f"{POD}/hostNetwork", value=True)),
    (
        containers.pods_are_restricted,
        change("Deployment", API, f"{FIRST}/securityContext/readOnlyRootFilesystem", value=False),
    ),
    (containers.pods_are_restricted, change("Job", MIGRATE, f"{FIRST}/securityContext/capabilities")),
    (
        containers.pods_are_restricted,
        change("Job", MIGRATE, f"{POD}/volumes/*", {"name": "tmp", "hostPath": {"path": "/var"}}),
    ),
    (containers.containers_have_requests_and_limits, change("Job", TOPICS, f"{FIRST}/resources/limits/memory")),
    (
        containers.containers_have_requests_and_limits,
        change("Deployment", API, f"{FIRST}/resources/requests/memory", "2Gi"),
    ),
    (containers.mounts_have_volumes, change("Deployment", API, f"{POD}/volumes", [])),
    (containers.mounts_have_volumes, change("Deployment", API, f"{FIRST}/volumeMounts/*/mountPath", "/scratch")),
    (containers.kubernetes_adds_no_variables, change("Deployment", API, f"{POD}/enableServiceLinks")),
    (containers.processes_have_time_to_end, change("Deployment", API, f"{FIRST}/lifecycle")),
    (
        containers.processes_have_time_to_end,
        change("StatefulSet", WORKER, f"{POD}/terminationGracePeriodSeconds", 30),
    ),
    (containers.images_fit_their_programs, change("Deployment", API, f"{FIRST}/image", "lealtad/complaints:1")),
    (containers.images_fit_their_programs, change("Deployment", API, f"{FIRST}/image", "lealtad/campaigns")),
    (containers.images_fit_their_programs, change("StatefulSet", WORKER, f"{FIRST}/args", ["api"])),
    (containers.workers_stop_and_start_one_by_one, change("StatefulSet", WORKER, "kind", "Deployment")),
    (
        containers.workers_stop_and_start_one_by_one,
        set_variable("StatefulSet", WORKER, "LEALTAD_INSTANCE", value="0"),
    ),
    (
        containers.workers_stop_and_start_one_by_one,
        change("Deployment", API, "spec/strategy/rollingUpdate/maxUnavailable", 1),
    ),
    (environment.processes_get_valid_settings, set_variable("Deployment", API, "LEALTAD_POOL", value="10")),
    (
        environment.processes_get_valid_settings,
        set_variable("Job", TOPICS, "LEALTAD_TOPIC_PARTITION", value="10"),
    ),
    (environment.processes_get_valid_settings, set_variable("Job", TOPICS, "LEALTAD_TOPIC_PARTITIONS", value="0")),
    (environment.processes_get_valid_settings, set_variable("Deployment", API, "LEALTAD_TOKEN_SECRET")),
    (environment.processes_get_valid_settings, set_variable("Job", MIGRATE, "LEALTAD_DATABASE_URL")),
    (
        environment.processes_get_valid_settings,
        set_variable("StatefulSet", WORKER, "LEALTAD_MAX_BATCH_BODY_BYTES", value="1.6777216e+07"),
    ),
    (environment.processes_get_valid_settings, change("StatefulSet", WORKER, "metadata/name", "x" * 61)),
    (environment.processes_get_addresses, set_variable("StatefulSet", WORKER, "LEALTAD_KAFKA_BOOTSTRAP")),
    (
        environment.processes_of_a_service_agree,
        set_variable("StatefulSet", WORKER, "LEALTAD_TOPIC_PREFIX", value="other"),
    ),
    (
        environment.secrets_come_by_reference,
        set_variable("Deployment", API, "LEALTAD_TOKEN_SECRET", value="a-secret-of-32-characters-in-values"),
    ),
    (
        environment.secrets_come_by_reference,
        set_variable("Deployment", API, "LEALTAD_DATABASE_URL", value="postgresql://a:b@c:5432/d"),
    ),
    (environment.secrets_come_by_reference, add(SECRET)),
    (environment.variables_are_there_once_and_before_they_are_used, repeat_variable),
    (environment.variables_are_there_once_and_before_they_are_used, put_url_first),
    (environment.commands_exist, change("StatefulSet", WORKER, f"{FIRST}/args", ["work"])),
    (hooks.jobs_run_before_installation_and_upgrade, change("Job", MIGRATE, "metadata/annotations", {})),
    (
        hooks.jobs_run_before_installation_and_upgrade,
        change("Job", TOPICS, "metadata/annotations/helm.sh~hook", "post-install"),
    ),
    (
        hooks.jobs_run_before_installation_and_upgrade,
        change("Job", TOPICS, "metadata/annotations/helm.sh~hook-delete-policy"),
    ),
    (
        hooks.topics_come_before_migrations,
        change("Job", TOPICS, "metadata/annotations/helm.sh~hook-weight", "0"),
    ),
    (hooks.every_database_is_migrated, remove("Job", MIGRATE)),
    (hooks.jobs_try_again_and_give_up, change("Job", MIGRATE, "spec/backoffLimit", 0)),
    (hooks.jobs_try_again_and_give_up, change("Job", MIGRATE, "spec/activeDeadlineSeconds")),
    (hooks.jobs_try_again_and_give_up, change("Job", MIGRATE, "spec/podFailurePolicy/rules", [])),
    (hooks.jobs_try_again_and_give_up, change("Job", MIGRATE, f"{POD}/restartPolicy", "OnFailure")),
    (hooks.hooks_need_nothing_that_comes_later, add(ACCOUNT)),
    (
        networks.policies_choose_pods_and_their_ports,
        change("NetworkPolicy", "crm-lealtad-test", "spec/podSelector/matchLabels", OTHER),
    ),
    (
        networks.policies_choose_pods_and_their_ports,
        change("NetworkPolicy", "crm-lealtad-callers", "spec/ingress/*/ports/*/port", "web"),
    ),
    (networks.everything_else_is_denied, remove("NetworkPolicy", "crm-lealtad-deny-all")),
    (
        networks.everything_else_is_denied,
        change("Job", TOPICS, "spec/template/metadata/labels/app.kubernetes.io~part-of"),
    ),
    (networks.pods_find_names, change("NetworkPolicy", "crm-lealtad-names", "spec/egress/*/ports/*/protocol", "TCP")),
    (
        networks.pods_reach_the_servers_that_they_need_alone,
        change("NetworkPolicy", "crm-lealtad-kafka", "spec/podSelector/matchExpressions/*/values", ["api", "worker"]),
    ),
    (
        networks.pods_reach_the_servers_that_they_need_alone,
        change("NetworkPolicy", "crm-lealtad-postgresql", "spec/podSelector/matchExpressions", []),
    ),
    (networks.only_apis_are_called, change("NetworkPolicy", "crm-lealtad-callers", "spec/ingress/*/from/*", {})),
    (networks.only_apis_are_called, change("NetworkPolicy", "crm-lealtad-metrics", "spec/ingress/*/from")),
    (
        networks.only_apis_are_called,
        change("NetworkPolicy", "crm-lealtad-metrics", "spec/podSelector/matchExpressions", []),
    ),
    (networks.the_test_may_ask, remove("NetworkPolicy", "crm-lealtad-test")),
]


@pytest.mark.parametrize(("rule", "changed"), CASES, ids=lambda each: getattr(each, "__name__", ""))
def test_a_broken_chart_is_found(rule, changed):
    manifests = deepcopy(list(manifests_of("--values", str(EVERYTHING))))
    changed(manifests)

    assert list(rule(manifests))


def test_every_rule_is_tried():
    assert {rule for rule, _ in CASES} == set(RULES)
