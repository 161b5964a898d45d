from io import StringIO

from rich.console import Console

from lealtad_demo.client import CAMPAIGNS, PROFILE
from lealtad_demo.invitation import invite

URLS = {PROFILE: "http://127.0.0.1:1", CAMPAIGNS: "http://127.0.0.1:2"}


def printed(*refs):
    out = StringIO()
    invite(URLS, "a-token", refs, Console(file=out, width=40))
    return out.getvalue().splitlines()


def test_requests_about_the_customers_of_the_stories_stand_on_one_line_each():
    ask = 'curl -H "Authorization: Bearer $TOKEN"'
    assert [line for line in printed("online-retail:12748") if line.startswith(("TOKEN", "curl"))] == [
        "TOKEN=$(.venv/bin/lealtad token)",
        f"{ask} http://127.0.0.1:2/v1/customers/online-retail:12748/next-best-action",
        f"{ask} http://127.0.0.1:1/v1/customers/online-retail:12748",
    ]


def test_without_a_story_there_is_nobody_to_ask_about():
    assert not any("curl" in line for line in printed())
