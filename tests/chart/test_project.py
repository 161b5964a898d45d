"""The chart knows what the project has: services, processes, images, servers of the examples."""

from collections import Counter

import yaml

from lealtad_local.services import DEPLOYABLES, SERVICES

from ..contract.services import SERVICES as DECLARED
from .manifests import CHART, ROOT, manifests_of, pods

EXAMPLES = ROOT / "deploy/kubernetes/examples"
VALUES = yaml.safe_load((CHART / "values.yaml").read_text())
OPERATORS = yaml.safe_load((EXAMPLES / "operators.yaml").read_text())


def documents(name):
    return list(yaml.safe_load_all((EXAMPLES / name).read_text()))


def test_the_chart_runs_every_process_of_every_service():
    manifests = manifests_of("--values", str(EXAMPLES / "servers-of-your-own.yaml"))
    processes = Counter((pod.labels["app.kubernetes.io/name"], pod.component) for pod in pods(manifests))

    assert processes == Counter(
        [
            *((service.name, "api") for service in DEPLOYABLES),
            *((service.name, component) for service in SERVICES for component in ("worker", "migrate")),
            ("lealtad", "topics"),
            ("lealtad", "test"),
        ]
    )


def test_the_services_are_those_of_the_registry():
    assert set(VALUES["services"]) == {service.name for service in DEPLOYABLES}
    assert {name for name, service in VALUES["services"].items() if service.get("database")} == {
        service.name for service in SERVICES
    }


def test_databases_have_the_names_that_every_deployment_gives_them():
    names = {name: service["database"]["name"] for name, service in VALUES["services"].items() if "database" in service}

    assert names == {service.name: service.database for service in SERVICES}


def test_images_have_the_names_that_the_compose_file_gives_them():
    images = {
        each.get("image", "") for each in yaml.safe_load((ROOT / "docker-compose.yml").read_text())["services"].values()
    }

    for name in VALUES["services"]:
        assert any(image.startswith(f"{VALUES['image']['repository']}/{name}:") for image in images)


def test_the_alert_for_a_process_that_is_down_knows_every_service():
    rules = [
        rule for group in yaml.safe_load((CHART / "files/alerts.yml").read_text())["groups"] for rule in group["rules"]
    ]
    (expression,) = (rule["expr"] for rule in rules if rule["alert"] == "ProcessDown")

    assert set(expression.partition('"')[2].rpartition('"')[0].split("|")) == {each.name for each in DEPLOYABLES}


def test_the_example_of_cloudnativepg_makes_the_databases_and_secrets_that_the_values_name():
    cluster, *databases = documents("cloudnativepg.yaml")
    roles = {role["name"]: role for role in cluster["spec"]["managed"]["roles"]}
    made = {each["spec"]["name"]: roles[each["spec"]["owner"]]["passwordSecret"]["name"] for each in databases}
    namespace = cluster["metadata"]["namespace"]

    assert made == {
        VALUES["services"][name]["database"]["name"]: service["database"]["existingSecret"]
        for name, service in OPERATORS["services"].items()
    }
    assert all("pg_read_all_stats" in role["inRoles"] for role in roles.values())
    assert OPERATORS["postgresql"]["host"] == f"{cluster['metadata']['name']}-rw.{namespace}.svc"
    assert {each["spec"]["cluster"]["name"] for each in databases} == {cluster["metadata"]["name"]}


def test_the_example_of_cloudnativepg_allows_more_connections_than_the_processes_open():
    cluster, *_ = documents("cloudnativepg.yaml")
    pool = DECLARED[0].settings.model_fields["database_pool"].default
    most = sum(VALUES[kind]["autoscaling"]["maxReplicas"] for kind in ("api", "worker")) + 1  # one more while it rolls
    beside = 3  # the notifier, the relay's own, and what waits for wake-ups

    assert int(cluster["spec"]["postgresql"]["parameters"]["max_connections"]) > len(SERVICES) * most * (pool + beside)


def test_the_example_of_strimzi_makes_the_kafka_that_the_values_name():
    pool, kafka = documents("strimzi.yaml")
    name, namespace = kafka["metadata"]["name"], kafka["metadata"]["namespace"]
    port = kafka["spec"]["kafka"]["listeners"][0]["port"]

    assert OPERATORS["kafka"]["bootstrap"] == f"{name}-kafka-bootstrap.{namespace}.svc:{port}"
    assert pool["metadata"]["labels"]["strimzi.io/cluster"] == name
    assert pool["spec"]["replicas"] >= VALUES["topics"]["replication"]
    assert kafka["spec"]["kafka"]["config"]["auto.create.topics.enable"] is False
