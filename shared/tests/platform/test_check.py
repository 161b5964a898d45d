"""`check` looks before a start at what a process needs, says what to do, and exits with 1 where something fails."""

import asyncio
import json

import asyncpg
import pytest
from sqlalchemy import make_url

from lealtad.app.check import sizing
from lealtad.app.main import main
from lealtad.db.migrations import PLATFORM_VERSION
from lealtad.kafka.client.end_offsets import cluster_id
from lealtad.settings import ServiceSettings
from lealtad.testing.postgres import TOKEN_SECRET, settings_for, with_database

from .echo import ECHO

NO_SERVER = "127.0.0.1:1"


@pytest.fixture
def environment(monkeypatch):
    """Set the environment of a process, and what a test changes in it."""

    def put(database_url: str, **variables: str) -> None:
        values = {"DATABASE_URL": database_url, "TOKEN_SECRET": TOKEN_SECRET, "KAFKA_BOOTSTRAP": NO_SERVER, **variables}
        for name, value in values.items():
            monkeypatch.setenv(f"LEALTAD_{name}", value)

    return put


async def found(capsys, *processes: str) -> tuple[int, dict[str, dict[str, str]]]:
    """Run the check of `processes`; return its exit status and the findings by name."""
    arguments = ["check", "--json", *(f"--process={process}" for process in processes)]
    status = await asyncio.to_thread(main, ECHO, arguments)
    findings = {finding["name"]: finding for finding in json.loads(capsys.readouterr().out.splitlines()[-1])}
    assert all(finding["advice"] for finding in findings.values() if finding["state"] in {"fails", "warning"})
    return status, findings


def states(findings: dict[str, dict[str, str]]) -> dict[str, str]:
    return {name: finding["state"] for name, finding in findings.items()}


async def execute(url: str, *statements: str) -> None:
    connection = await asyncpg.connect(url)
    try:
        for statement in statements:
            await connection.execute(statement)
    finally:
        await connection.close()


async def test_a_worker_finds_all_it_needs(bus, databases, environment, capsys):
    url = await databases.create_url(ECHO)
    environment(url, KAFKA_BOOTSTRAP=bus.address, TOPIC_PREFIX=bus.prefix, TOPIC_PARTITIONS="3")

    status, findings = await found(capsys)

    assert states(findings) == {
        "tokens: secret": "ok",
        "database: reachable": "ok",
        "database: server": "ok",
        "database: clock": "ok",
        "database: rights": "ok",
        "database: statistics": "ok",
        "database: migrations": "ok",
        "database: connections": "ok",
        "kafka: reachable": "ok",
        "kafka: brokers": "ok",
        "kafka: topics": "ok",
        "kafka: replicas": "warning",
        "kafka: rights": "ok",
        "kafka: right to write": "unseen",
        "database and kafka": "ok",
    }
    assert status == 0
    assert TOKEN_SECRET not in str(findings)


async def test_topics_that_are_missing_or_have_other_partitions_are_named(bus, databases, environment, capsys):
    url = await databases.create_url(ECHO)
    environment(url, KAFKA_BOOTSTRAP=bus.address, TOPIC_PREFIX=bus.prefix, TOPIC_PARTITIONS="4")
    status, findings = await found(capsys, "worker")
    assert (status, findings["kafka: topics"]["state"]) == (1, "fails")
    assert f"{bus.prefix}.activity has 3 partitions, not 4" in findings["kafka: topics"]["detail"]

    environment(url, KAFKA_BOOTSTRAP=bus.address, TOPIC_PREFIX="nosuch", TOPIC_PARTITIONS="3")
    status, findings = await found(capsys, "worker")
    assert (status, findings["kafka: topics"]["state"]) == (1, "fails")
    assert "missing are nosuch.customers" in findings["kafka: topics"]["detail"]
    assert "database and kafka" not in findings


async def test_a_worker_that_would_be_held_is_told_before_it_starts(bus, databases, environment, capsys):
    url = await databases.create_url(ECHO)
    settings = settings_for(ECHO, url, kafka_bootstrap=bus.address)
    assert isinstance(settings, ServiceSettings)
    await execute(
        url,
        "INSERT INTO platform.consumer_position (consumer_group, topic, partition, next, cluster_id)"
        f" VALUES ('{bus.prefix}.churn-scoring', 'activity', 0, 99, '{await cluster_id(settings)}')",
    )
    environment(url, KAFKA_BOOTSTRAP=bus.address, TOPIC_PREFIX=bus.prefix, TOPIC_PARTITIONS="3")

    status, findings = await found(capsys, "worker")

    assert (status, findings["database and kafka"]["state"]) == (1, "fails")
    assert "the workers would be held" in findings["database and kafka"]["detail"]


async def test_an_api_starts_without_kafka_and_a_worker_does_not(databases, environment, capsys):
    environment(await databases.create_url(ECHO))

    status, findings = await found(capsys, "api")
    assert (status, findings["kafka: reachable"]["state"]) == (0, "warning")
    status, findings = await found(capsys, "worker")
    assert (status, findings["kafka: reachable"]["state"]) == (1, "fails")


async def test_a_migration_needs_neither_kafka_nor_tokens(databases, environment, capsys):
    environment(await databases.create_url(ECHO))

    status, findings = await found(capsys, "migrate")

    assert status == 0
    assert {name.partition(":")[0] for name in findings} == {"database"}


async def test_migrations_that_were_not_run_keep_a_process_from_starting_but_not_the_migration(
    postgres_url, databases, environment, capsys
):
    url = await databases.create_url(ECHO)
    await execute(url, "DROP SCHEMA platform CASCADE", "DROP SCHEMA owned CASCADE", "DROP SCHEMA derived CASCADE")
    environment(url)

    status, findings = await found(capsys, "api")
    assert (status, findings["database: migrations"]["state"]) == (1, "fails")
    assert findings["database: migrations"]["advice"] == "Run `migrate` first."
    status, findings = await found(capsys, "migrate")
    assert (status, findings["database: migrations"]["state"]) == (0, "ok")
    assert findings["database: migrations"]["detail"].startswith("to be run: platform ")


async def test_a_database_of_a_newer_release_is_told(databases, environment, capsys):
    url = await databases.create_url(ECHO)
    await execute(url, f"UPDATE platform.{PLATFORM_VERSION} SET version_num = '9999'")
    environment(url)

    status, findings = await found(capsys, "migrate")

    assert (status, findings["database: migrations"]["detail"]) == (1, "not of this release: platform at 9999")


async def test_a_role_without_rights_is_told_what_it_lacks(postgres_url, databases, environment, capsys):
    url = await databases.create_url(ECHO)
    await execute(url, "DROP ROLE IF EXISTS check_reader", "CREATE ROLE check_reader LOGIN PASSWORD 'x'")
    environment(make_url(url).set(username="check_reader", password="x").render_as_string(hide_password=False))

    status, findings = await found(capsys, "worker")
    assert (status, findings["database: rights"]["state"]) == (1, "fails")
    assert "may not read and write derived." in findings["database: rights"]["detail"]
    assert findings["database: statistics"]["state"] == "warning"
    status, findings = await found(capsys, "migrate")
    assert (status, findings["database: rights"]["state"]) == (1, "fails")


async def test_a_database_that_cannot_be_reached_is_told_without_its_password(postgres_url, environment, capsys):
    for url, words in (
        (f"postgresql://echo:s3cret@{NO_SERVER}/echo", NO_SERVER),
        (with_database(postgres_url, "nosuch"), 'database "nosuch" does not exist'),
    ):
        environment(url)
        status, findings = await found(capsys, "api")
        assert (status, findings["database: reachable"]["state"]) == (1, "fails")
        assert words in findings["database: reachable"]["detail"]
        assert "s3cret" not in str(findings)


async def test_the_table_is_for_people_and_names_what_to_do(environment, capsys):
    environment(f"postgresql://echo@{NO_SERVER}/echo", TOKEN_PUBLIC_KEY="no key", CLOCK_FILE="/nonexistent")

    assert await asyncio.to_thread(main, ECHO, ["check", "--process", "api"]) == 1

    shown = capsys.readouterr().out
    for words in (
        "ok       tokens: secret",
        "fails    tokens: public key",
        "fails    stack clock",
        "-> Start the server",
    ):
        assert words in shown


async def test_pools_that_do_not_fit_into_the_server_are_warned_about(databases, environment, capsys):
    environment(await databases.create_url(ECHO), DATABASE_PROCESSES="1000", DATABASE_POOL="100")

    status, findings = await found(capsys, "api")

    assert (status, findings["database: connections"]["state"]) == (0, "warning")
    assert findings["database: connections"]["detail"].startswith("1000 processes x 102 = 102000 of ")


@pytest.mark.parametrize(("processes", "warned"), [(1, []), (100_000, ["connections_may_run_out"])])
async def test_a_process_warns_at_its_start_where_connections_may_run_out(databases, monkeypatch, processes, warned):
    settings = settings_for(ECHO, await databases.create_url(ECHO), database_processes=processes)
    assert isinstance(settings, ServiceSettings)
    said: list[str] = []
    monkeypatch.setattr(sizing.log, "warning", lambda event, **_: said.append(event))

    await sizing.warn(settings)

    assert said == warned
