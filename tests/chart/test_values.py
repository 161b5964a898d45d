"""Values: those that cannot work are refused with a reason, before anything is installed."""

import pytest
import yaml

from lealtad_local.helm import helm

from .manifests import CHART, ROOT, manifests_of, named, of_kind, pods, run_helm

KAFKA = ("--set", "kafka.bootstrap=kafka:9092")
REFUSED = {
    "kafka.bootstrap=": "kafka.bootstrap is required",
    "kafak.bootstrap=kafka:9092": "additional properties 'kafak' not allowed",
    "settings.LEALTAD_POLL_RECORD=5": "invalid propertyName 'LEALTAD_POLL_RECORD'",
    "settings.LEALTAD_POLL_RECORDS=0": "minimum: got 0, want 1",
    "settings.LEALTAD_LOG_FORMAT=xml": "does not match pattern",
    "settings.LEALTAD_TOKEN_SECRET=secret": "invalid propertyName 'LEALTAD_TOKEN_SECRET'",
    "settings.LEALTAD_TOKEN_PUBLIC_KEY=key": "invalid propertyName 'LEALTAD_TOKEN_PUBLIC_KEY'",
    "settings.LEALTAD_PORT=9000": "invalid propertyName 'LEALTAD_PORT'",
    "settings.LEALTAD_CLOCK_FILE=/tmp/clock": "invalid propertyName 'LEALTAD_CLOCK_FILE'",
    "services.campaigns.settings.LEALTAD_DECISION_DAYS=3": "minimum: got 3, want 31",
    "services.segmentation.settings.LEALTAD_DECISION_DAYS=90": "invalid propertyName 'LEALTAD_DECISION_DAYS'",
    "services.loyalty.database.name=loyalty": "additional properties 'loyalty' not allowed",
    "worker.autoscaling.maxReplicas=13": "13 workers of campaigns for 12 partitions",
    "services.complaints.worker.autoscaling.minReplicas=7": "autoscaling.minReplicas is larger than maxReplicas",
    "api.autoscaling.minReplicas=7": "autoscaling.minReplicas is larger than maxReplicas",
    "api.preStopSeconds=0": "minimum: got 0, want 1",
    "api.resources.limits.memory=lots": "does not match pattern",
    "fullnameOverride=a-name-that-is-much-too-long": "maxLength: got 28, want 24",
    "exposure.ingress.enabled=true": "exposure.host is required",
    "exposure.pathPrefix=crm": "does not match pattern",
}


@pytest.mark.parametrize(("value", "reason"), REFUSED.items(), ids=REFUSED)
def test_a_value_that_cannot_work_is_refused_with_its_reason(value, reason):
    done = run_helm("template", "lealtad", str(CHART), *KAFKA, "--set", value)

    assert done.returncode != 0
    assert reason in done.stderr


def test_a_release_whose_names_would_grow_too_long_is_refused():
    done = run_helm("template", "a-release-with-quite-a-long-name", str(CHART), *KAFKA)

    assert "set fullnameOverride" in done.stderr


def test_a_service_can_be_left_out():
    manifests = manifests_of(*KAFKA, "--set", "services.complaints=null")

    assert {pod.labels["app.kubernetes.io/name"] for pod in pods(manifests)} == {
        "customer-profile",
        "segmentation",
        "churn-scoring",
        "campaigns",
        "lealtad",
    }


def test_each_secret_holds_a_whole_url_where_no_server_is_named():
    migrate = named(manifests_of(*KAFKA), "Job", "lealtad-campaigns-migrate")
    environment = migrate["spec"]["template"]["spec"]["containers"][0]["env"]
    source = next(each["valueFrom"] for each in environment if each["name"] == "LEALTAD_DATABASE_URL")

    assert source == {"secretKeyRef": {"name": "lealtad-campaigns-db", "key": "url"}}


def test_workers_grow_with_the_lag_of_their_own_service():
    everything = ("--values", str(ROOT / "deploy/kubernetes/examples/everything.yaml"))
    scaler = named(manifests_of(*everything), "HorizontalPodAutoscaler", "crm-lealtad-campaigns-worker")

    assert scaler["spec"]["metrics"][1]["external"]["metric"] == {
        "name": "lealtad_consumer_lag",
        "selector": {"matchLabels": {"service": "campaigns"}},
    }


def test_the_alerts_are_those_of_the_project():
    everything = ("--values", str(ROOT / "deploy/kubernetes/examples/everything.yaml"))
    (rule,) = of_kind(manifests_of(*everything), "PrometheusRule")

    assert rule["spec"] == yaml.safe_load((ROOT / "deploy/prometheus/alerts.yml").read_text())
    assert (CHART / "files/alerts.yml").resolve() == ROOT / "deploy/prometheus/alerts.yml"


def test_a_packaged_chart_holds_the_alerts(tmp_path):
    run_helm("package", str(CHART), "--destination", str(tmp_path))
    (package,) = tmp_path.glob("*.tgz")
    everything = str(ROOT / "deploy/kubernetes/examples/everything.yaml")

    assert (
        run_helm("template", "lealtad", str(package), "--values", everything).stdout.count("kind: PrometheusRule") == 1
    )


def test_pods_do_not_change_with_the_version_of_the_chart(tmp_path):
    run_helm("package", str(CHART), "--destination", str(tmp_path), "--version", "9.9.9")
    (package,) = tmp_path.glob("*.tgz")
    other = run_helm("template", "lealtad", str(package), "--namespace", "lealtad", *KAFKA).stdout
    templates = {pod.name: (pod.labels, pod.spec) for pod in pods(list(yaml.safe_load_all(other)))}

    assert templates == {pod.name: (pod.labels, pod.spec) for pod in pods(manifests_of(*KAFKA))}


def test_helm_is_that_of_the_locked_package():
    assert helm().stat().st_mode & 0o111
    assert run_helm("version", "--short").stdout.startswith("v4.")
