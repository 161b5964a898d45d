from dataclasses import replace
from pathlib import Path

import pytest

from lealtad.app import HttpPart, Service
from lealtad.app.main import main
from lealtad.http.auth import principal_of
from lealtad.kafka import topics
from lealtad.settings import ProcessSettings

from .echo import ECHO


def train() -> int:
    """Train models."""
    return 3


def test_the_help_names_every_process_with_what_it_does(capsys):
    with pytest.raises(SystemExit, match="0"):
        main(replace(ECHO, commands={"train": train}), ["--help"])
    shown = capsys.readouterr().out
    for process in ("api", "worker", "migrate", "rebuild", "adopt-restore", "republish", "check", "token"):
        assert f"\n    {process}" in shown
    assert "answer HTTP requests" in shown
    assert "Train models" in shown


def test_a_command_of_the_service_itself_is_run():
    assert main(replace(ECHO, commands={"train": train}), ["train"]) == 3


def a_page() -> Service:
    """Return a deployable without a database."""
    return Service("page", "Page", "Shows a page", HttpPart(), settings=ProcessSettings)


def test_a_service_without_a_database_has_an_api_a_check_and_tokens_alone(capsys):
    with pytest.raises(SystemExit, match="0"):
        main(a_page(), ["--help"])
    shown = capsys.readouterr().out
    assert "\n    api" in shown
    assert "\n    token" in shown
    assert "worker" not in shown

    with pytest.raises(SystemExit, match="2"):
        main(a_page(), ["migrate"])
    assert "(choose from api, check, token)" in capsys.readouterr().err.replace("'", "")


def test_a_service_without_a_database_demands_no_database(monkeypatch, capsys):
    monkeypatch.delenv("LEALTAD_DATABASE_URL", raising=False)
    monkeypatch.setenv("LEALTAD_TOKEN_SECRET", "s" * 32)
    assert main(a_page(), ["token"]) == 0


def test_parts_that_need_each_other_are_declared_together():
    with pytest.raises(ValueError, match="one of `database` and `stream`"):
        replace(ECHO, stream=None)
    with pytest.raises(TypeError, match="ProcessSettings"):
        replace(ECHO, database=None, stream=None)
    with pytest.raises(TypeError, match="ServiceSettings"):
        replace(ECHO, settings=ProcessSettings)


@pytest.fixture
def environment(monkeypatch) -> dict[str, str]:
    values = {"LEALTAD_DATABASE_URL": "postgresql://echo:secret@db/echo", "LEALTAD_TOKEN_SECRET": "s" * 32}
    for name, value in values.items():
        monkeypatch.setenv(name, value)
    return values


def test_a_token_is_minted_with_the_deployments_secret(environment, capsys):
    assert main(ECHO, ["token", "--subject", "pos-1", "--scope", "facts:write", "--hours", "1"]) == 0

    principal = principal_of(capsys.readouterr().out.strip(), ECHO.settings())
    assert (principal.subject, principal.scopes) == ("pos-1", frozenset({"facts:write"}))


@pytest.mark.parametrize("arguments", [["--scope", "facts:delete"], ["--hours", "0"], ["--hours", "nan"]])
def test_no_token_of_unknown_scopes_or_without_a_lifetime_is_minted(environment, arguments):
    with pytest.raises(SystemExit, match="2"):
        main(ECHO, ["token", *arguments])


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("LEALTAD_TOKEN_SECRET", "replace-me-with-a-secret-of-32-characters"),
        ("LEALTAD_TOKEN_SECRET", "short and secret"),
        ("LEALTAD_DATABASE_URL", "postgresql://echo:replace-me@db/echo"),
        ("LEALTAD_PORT", "http"),
    ],
)
def test_wrong_settings_are_named_without_their_values(environment, monkeypatch, capsys, name, value):
    monkeypatch.setenv(name, value)

    assert main(ECHO, ["token"]) == 2

    said = capsys.readouterr().err
    assert f"\n{name}: " in said
    assert value not in said


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("LEALTAD_RELAY_BACH", "; did you mean LEALTAD_RELAY_BATCH?"),
        ("LEALTAD_TOKEN_SECERT", "; did you mean LEALTAD_TOKEN_SECRET?"),
        ("lealtad_databse_pool", "; did you mean LEALTAD_DATABASE_POOL?"),
        ("LEALTAD_COLOUR", ""),
    ],
)
def test_an_unknown_variable_is_an_error_at_the_start_that_names_the_nearest(
    environment, monkeypatch, capsys, name, words
):
    monkeypatch.setenv(name, "7")

    assert main(ECHO, ["token"]) == 2

    assert f"\n{name}: no process of this service reads it{words}\n" in capsys.readouterr().err


def test_a_misspelt_variable_is_told_beside_the_one_that_is_missing_for_it(environment, monkeypatch, capsys):
    monkeypatch.delenv("LEALTAD_DATABASE_URL")
    monkeypatch.setenv("LEALTAD_DATABASE_ULR", "postgresql://echo:secret@db/echo")

    assert main(ECHO, ["api"]) == 2

    said = capsys.readouterr().err
    assert "LEALTAD_DATABASE_URL: Field required" in said
    assert "LEALTAD_DATABASE_ULR: no process of this service reads it; did you mean LEALTAD_DATABASE_URL?" in said
    assert "secret@db" not in said


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("LEALTAD_CAMPAIGNS_SERVICE_HOST", "10.0.0.1"),
        ("LEALTAD_CAMPAIGNS_SERVICE_PORT", "80"),
        ("LEALTAD_CAMPAIGNS_SERVICE_PORT_HTTP", "80"),
        ("LEALTAD_CAMPAIGNS_PORT", "tcp://10.0.0.1:80"),
        ("LEALTAD_CAMPAIGNS_PORT_80_TCP", "tcp://10.0.0.1:80"),
        ("LEALTAD_CAMPAIGNS_PORT_80_TCP_ADDR", "10.0.0.1"),
    ],
)
def test_what_kubernetes_adds_for_each_service_of_a_namespace_is_passed_over(environment, monkeypatch, name, value):
    monkeypatch.setenv(name, value)

    assert main(ECHO, ["token"]) == 0


def test_topics_are_not_created_with_wrong_settings(monkeypatch, capsys):
    monkeypatch.setenv("LEALTAD_TOPIC_PARTITIONS", "many")

    assert topics.main() == 2

    assert "\nLEALTAD_TOPIC_PARTITIONS: " in capsys.readouterr().err


def test_the_secrets_of_the_example_file_are_refused(environment, monkeypatch):
    lines = (Path(__file__).parents[3] / "deploy" / "docker" / ".env.example").read_text().splitlines()
    secrets = dict(line.split("=", 1) for line in lines if "=" in line and not line.startswith("#"))
    assert "LEALTAD_TOKEN_SECRET" in secrets
    for secret in secrets.values():
        monkeypatch.setenv("LEALTAD_TOKEN_SECRET", secret.ljust(32, "-"))

        assert main(ECHO, ["token"]) == 2
