"""Rules: pods may talk to whom they need, and to nobody else."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from .manifests import Manifest, Pod, chosen, matches, name_of, of_kind, pods

NAMES = 53
KAFKA_AND_POSTGRESQL = {"kafka": "LEALTAD_KAFKA_BOOTSTRAP", "postgresql": "LEALTAD_DATABASE_URL"}


def policies_choose_pods_and_their_ports(manifests: Sequence[Manifest]) -> Iterator[str]:
    for policy in of_kind(manifests, "NetworkPolicy"):
        found = chosen(manifests, policy["spec"]["podSelector"])
        if not found:
            yield f"{name_of(policy)} chooses no pod"
        for rule in policy["spec"].get("ingress", []):
            for pod in found:
                if any(port["port"] not in pod.ports for port in rule["ports"]):
                    yield f"{name_of(policy)} opens a port that {pod.name} does not have"


def everything_else_is_denied(manifests: Sequence[Manifest]) -> Iterator[str]:
    denials = [
        policy["spec"]
        for policy in of_kind(manifests, "NetworkPolicy")
        if set(policy["spec"]["policyTypes"]) == {"Ingress", "Egress"}
        and not policy["spec"].get("ingress")
        and not policy["spec"].get("egress")
    ]
    for pod in pods(manifests):
        if not any(matches(denial["podSelector"], pod.labels) for denial in denials):
            yield f"{pod.name} may talk to anybody"


def pods_find_names(manifests: Sequence[Manifest]) -> Iterator[str]:
    for pod in pods(manifests):
        open_to = {(port["protocol"], port["port"]) for rule in _egress(manifests, pod) for port in rule["ports"]}
        if not {("UDP", NAMES), ("TCP", NAMES)} <= open_to:
            yield f"{pod.name} cannot look up names"


def pods_reach_the_servers_that_they_need_alone(manifests: Sequence[Manifest]) -> Iterator[str]:
    """Yield where a pod with work at a server cannot reach it, or one without work can."""
    for server, variable in KAFKA_AND_POSTGRESQL.items():
        policies = [each for each in of_kind(manifests, "NetworkPolicy") if each["metadata"]["name"].endswith(server)]
        for pod in pods(manifests):
            may = any(matches(policy["spec"]["podSelector"], pod.labels) for policy in policies)
            knows = any(each["name"] == variable for each in pod.containers[0].get("env", []))
            works = knows and not (server == "kafka" and pod.component in {"migrate", "train"})
            if may != works:
                yield f"{pod.name} {'may reach' if may else 'cannot reach'} {server}"


def only_apis_are_called(manifests: Sequence[Manifest]) -> Iterator[str]:
    """Yield where a pod without a port may be called, or an API not by the test of the release."""
    (test,) = (pod for pod in pods(manifests) if pod.component == "test")
    for pod in pods(manifests):
        rules = [
            rule
            for policy in of_kind(manifests, "NetworkPolicy")
            if matches(policy["spec"]["podSelector"], pod.labels)
            for rule in policy["spec"].get("ingress", [])
        ]
        if rules and not pod.ports:
            yield f"{pod.name} may be called and has no port"
        if any(not rule.get("from") for rule in rules):
            yield f"{pod.name} may be called by anybody"
        callers = [peer.get("podSelector") for rule in rules for peer in rule.get("from", [])]
        if pod.component == "api" and not any(each and matches(each, test.labels) for each in callers):
            yield f"{pod.name} may not be asked by the test"


def the_test_may_ask(manifests: Sequence[Manifest]) -> Iterator[str]:
    (test,) = (pod for pod in pods(manifests) if pod.component == "test")
    peers = [
        peer["podSelector"]
        for rule in _egress(manifests, test)
        for peer in rule.get("to", [])
        if peer.keys() == {"podSelector"}
    ]
    for pod in pods(manifests):
        if pod.component == "api" and not any(matches(peer, pod.labels) for peer in peers):
            yield f"{test.name} may not ask {pod.name}"


def _egress(manifests: Sequence[Manifest], pod: Pod) -> list[Mapping[str, Any]]:
    return [
        rule
        for policy in of_kind(manifests, "NetworkPolicy")
        if matches(policy["spec"]["podSelector"], pod.labels)
        for rule in policy["spec"].get("egress", [])
    ]


RULES = (
    policies_choose_pods_and_their_ports,
    everything_else_is_denied,
    pods_find_names,
    pods_reach_the_servers_that_they_need_alone,
    only_apis_are_called,
    the_test_may_ask,
)
