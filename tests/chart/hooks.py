"""Rules: topics and migrations come before the processes, in order, and give up at last."""

from collections.abc import Iterator, Sequence

from .manifests import Manifest, name_of, of_kind, pods

HOOK = "helm.sh/hook"
WEIGHT = "helm.sh/hook-weight"
BEFORE = "pre-install,pre-upgrade"
MOST_RETRIES = 20
LONGEST_S = 3600


def jobs_run_before_installation_and_upgrade(manifests: Sequence[Manifest]) -> Iterator[str]:
    for job in of_kind(manifests, "Job"):
        annotations = job["metadata"].get("annotations", {})
        if annotations.get(HOOK) != BEFORE:
            yield f"{name_of(job)} does not run before installation and upgrade"
        if annotations.get("helm.sh/hook-delete-policy") != "before-hook-creation":
            yield f"{name_of(job)} would be in the way of the next upgrade"


def topics_come_before_migrations(manifests: Sequence[Manifest]) -> Iterator[str]:
    weights = {
        pod.name: (pod.component, int(pod.owner["metadata"]["annotations"].get(WEIGHT, "0")))
        for pod in pods(manifests)
        if pod.owner["kind"] == "Job"
    }
    topics = [weight for component, weight in weights.values() if component == "topics"]
    for name, (component, weight) in weights.items():
        if component == "migrate" and topics and weight <= topics[0]:
            yield f"{name} does not come after the topics"


def every_database_is_migrated(manifests: Sequence[Manifest]) -> Iterator[str]:
    migrated = {pod.labels["app.kubernetes.io/name"] for pod in pods(manifests) if pod.component == "migrate"}
    for pod in pods(manifests):
        if pod.component == "worker" and pod.labels["app.kubernetes.io/name"] not in migrated:
            yield f"{pod.name} has no migration"


def jobs_try_again_and_give_up(manifests: Sequence[Manifest]) -> Iterator[str]:
    for job in of_kind(manifests, "Job"):
        spec = job["spec"]
        if not 1 <= spec.get("backoffLimit", 0) <= MOST_RETRIES:
            yield f"{name_of(job)} does not try again, or for ever"
        if not 1 <= spec.get("activeDeadlineSeconds", 0) <= LONGEST_S:
            yield f"{name_of(job)} never gives up"
        if spec["template"]["spec"]["restartPolicy"] != "Never":
            yield f"{name_of(job)} loses the log of a try that failed"
        failing = [rule for rule in spec["podFailurePolicy"]["rules"] if rule["action"] == "FailJob"]
        if [rule["onExitCodes"]["values"] for rule in failing] != [[2]]:
            yield f"{name_of(job)} tries again with wrong settings"


def hooks_need_nothing_that_comes_later(manifests: Sequence[Manifest]) -> Iterator[str]:
    made = {(each["kind"], each["metadata"]["name"]) for each in manifests}
    for pod in pods(manifests):
        if pod.owner["kind"] != "Job":
            continue
        if ("ServiceAccount", pod.spec["serviceAccountName"]) in made:
            yield f"{pod.name} needs a service account that the chart makes later"
        for volume in pod.spec.get("volumes", []):
            if ("ConfigMap", volume.get("configMap", {}).get("name")) in made:
                yield f"{pod.name} needs a ConfigMap that the chart makes later"


RULES = (
    jobs_run_before_installation_and_upgrade,
    topics_come_before_migrations,
    every_database_is_migrated,
    jobs_try_again_and_give_up,
    hooks_need_nothing_that_comes_later,
)
