"""Rules: what chooses pods by labels chooses those that it means."""

from collections.abc import Iterator, Sequence

from .manifests import Manifest, chosen, find, matches, name_of, of_kind, pods

LONGEST_NAME = 63
LONGEST_STATEFUL_SET = 52
"""Kubernetes makes a label of the name and a hash."""


def workloads_choose_their_own_pods(manifests: Sequence[Manifest]) -> Iterator[str]:
    for workload in of_kind(manifests, "Deployment", "StatefulSet"):
        owners = [name_of(pod.owner) for pod in chosen(manifests, workload["spec"]["selector"])]
        if owners != [name_of(workload)]:
            yield f"{name_of(workload)} chooses the pods of {owners}"


def services_and_budgets_choose_the_pods_of_their_name(manifests: Sequence[Manifest]) -> Iterator[str]:
    for manifest in of_kind(manifests, "Service", "PodDisruptionBudget"):
        selector = manifest["spec"]["selector"]
        selector = selector if manifest["kind"] == "PodDisruptionBudget" else {"matchLabels": selector}
        owners = [pod.owner["metadata"]["name"] for pod in chosen(manifests, selector)]
        if owners != [manifest["metadata"]["name"]]:
            yield f"{name_of(manifest)} chooses the pods of {owners}"


def every_workload_has_a_budget(manifests: Sequence[Manifest]) -> Iterator[str]:
    for workload in of_kind(manifests, "Deployment", "StatefulSet"):
        if not find(manifests, "PodDisruptionBudget", workload["metadata"]["name"]):
            yield f"{name_of(workload)} has no PodDisruptionBudget"


def stateful_sets_have_a_headless_service(manifests: Sequence[Manifest]) -> Iterator[str]:
    for workload in of_kind(manifests, "StatefulSet"):
        service = find(manifests, "Service", workload["spec"]["serviceName"])
        if service is None or service["spec"].get("clusterIP") != "None":
            yield f"{name_of(workload)} names {workload['spec']['serviceName']}, which is no headless Service"


def autoscalers_have_a_target_without_a_number_of_its_own(manifests: Sequence[Manifest]) -> Iterator[str]:
    scaled = set()
    for scaler in of_kind(manifests, "HorizontalPodAutoscaler"):
        reference = scaler["spec"]["scaleTargetRef"]
        target = find(manifests, reference["kind"], reference["name"])
        if target is None or target["apiVersion"] != reference["apiVersion"]:
            yield f"{name_of(scaler)} scales {reference}, which is not there"
            continue
        scaled.add(name_of(target))
        if "replicas" in target["spec"]:
            yield f"{name_of(target)} has a number of replicas, which each upgrade would set back"
    for workload in of_kind(manifests, "Deployment", "StatefulSet"):
        if name_of(workload) not in scaled and "replicas" not in workload["spec"]:
            yield f"{name_of(workload)} has neither an autoscaler nor a number of replicas"


def pods_spread_among_their_own(manifests: Sequence[Manifest]) -> Iterator[str]:
    for pod in pods(manifests):
        constraints = pod.spec.get("topologySpreadConstraints", [])
        if pod.component in {"api", "worker"} and not constraints:
            yield f"{pod.name} does not spread"
        for constraint in constraints:
            if [each.name for each in chosen(manifests, constraint["labelSelector"])] != [pod.name]:
                yield f"{pod.name} spreads among other pods over {constraint['topologyKey']}"


def monitors_choose_services(manifests: Sequence[Manifest]) -> Iterator[str]:
    for monitor in of_kind(manifests, "ServiceMonitor"):
        for service in of_kind(manifests, "Service"):
            ports = {port["name"] for port in service["spec"]["ports"]}
            if not matches(monitor["spec"]["selector"], service["metadata"]["labels"]):
                yield f"{name_of(monitor)} leaves out {name_of(service)}"
            elif {each["port"] for each in monitor["spec"]["endpoints"]} - ports:
                yield f"{name_of(monitor)} asks for a port that {name_of(service)} does not have"


def names_are_short_and_unique(manifests: Sequence[Manifest]) -> Iterator[str]:
    seen = set()
    for manifest in manifests:
        name = manifest["metadata"]["name"]
        longest = LONGEST_STATEFUL_SET if manifest["kind"] == "StatefulSet" else LONGEST_NAME
        if len(name) > longest:
            yield f"{name_of(manifest)} has more than {longest} characters"
        if name_of(manifest) in seen:
            yield f"{name_of(manifest)} is there twice"
        seen.add(name_of(manifest))


RULES = (
    workloads_choose_their_own_pods,
    services_and_budgets_choose_the_pods_of_their_name,
    every_workload_has_a_budget,
    stateful_sets_have_a_headless_service,
    autoscalers_have_a_target_without_a_number_of_its_own,
    pods_spread_among_their_own,
    monitors_choose_services,
    names_are_short_and_unique,
)
