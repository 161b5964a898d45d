"""Commands of the services, run against a stack."""

import pytest

from lealtad_local.commands import named
from lealtad_local.errors import StackError
from lealtad_local.services import SERVICES, Environment

NAMES = {service.name: service for service in SERVICES}


def test_a_service_that_there_is_not_is_answered_with_those_there_are():
    with pytest.raises(StackError, match=r"no service segments\. There are: customer-profile, segmentation, "):
        named("segments")


def test_each_service_gets_the_settings_it_knows_and_every_misspelt_one(monkeypatch):
    for name in ("LEALTAD_DECISION_DAYS", "LEALTAD_HOME", "LEALTAD_TARGET", "LEALTAD_RELAY_BACH"):
        monkeypatch.setenv(name, "31")
    environment = Environment("secret", database_urls=dict.fromkeys(NAMES, "postgresql://"))

    campaigns, complaints = (
        environment.command(NAMES[name], "api").environment() for name in ("campaigns", "complaints")
    )

    assert {name for name in campaigns if campaigns[name] == "31"} == {"LEALTAD_DECISION_DAYS", "LEALTAD_RELAY_BACH"}
    assert {name for name in complaints if complaints[name] == "31"} == {"LEALTAD_RELAY_BACH"}
