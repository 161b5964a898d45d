"""`--target` is read strictly: one address for all, one with the service's name in it, or one for each."""

import pytest

from lealtad_local.errors import StackError
from lealtad_local.services import SERVICES
from lealtad_local.targets import parse

NAMES = [service.name for service in SERVICES]


@pytest.mark.parametrize("base", ["https://host", "https://host/", "https://host/{service}", "https://host/{service}/"])
def test_one_address_serves_all_services_below_their_names(base):
    assert parse([base]) == {name: f"https://host/{name}" for name in NAMES}


def test_the_name_of_the_service_stands_where_the_template_says():
    assert parse(["http://{service}.shop.example:8443/api"])["campaigns"] == "http://campaigns.shop.example:8443/api"


def test_each_service_may_have_an_address_of_its_own_and_some_may_have_none():
    found = parse(["complaints=http://127.0.0.1:8005", "campaigns=http://[::1]:8004/"])
    assert found == {"campaigns": "http://[::1]:8004", "complaints": "http://127.0.0.1:8005"}


@pytest.mark.parametrize("printed", ["http://127.0.0.1:8004/docs", "http://127.0.0.1:8004/docs/"])
def test_the_address_that_up_prints_is_the_address_of_the_service(printed):
    assert parse([f"campaigns={printed}"]) == {"campaigns": "http://127.0.0.1:8004"}


def test_a_host_may_serve_all_services_below_a_path_named_docs():
    assert parse(["https://host/docs"])["campaigns"] == "https://host/docs/campaigns"


@pytest.mark.parametrize(
    ("targets", "words"),
    [
        (["host"], "does not begin with https://"),
        ([""], "does not begin with https://"),
        (["ftp://host"], "does not begin with https://"),
        (["https://"], "does not begin with https://"),
        (["https://host:port"], "is no address"),
        (["campaign=https://host"], "there is no service campaign"),
        (["campaigns="], "does not begin with https://"),
        (["https://me:secret@host"], "a token goes into --token"),
        (["https://host?token=x"], "a token goes into --token"),
        (["https://host#x"], "a token goes into --token"),
        (["https://host", "campaigns=https://other"], "names campaigns twice"),
        (["campaigns=https://a", "campaigns=https://b"], "names campaigns twice"),
    ],
)
def test_what_is_no_address_of_a_service_is_refused_with_the_notation(targets, words):
    with pytest.raises(StackError, match=words):
        parse(targets)
