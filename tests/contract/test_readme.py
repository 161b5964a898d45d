"""The first page does what it says: its purchase is recorded, and answered as it shows."""

import json
import re
from typing import Any

from customer_profile.service import SERVICE
from lealtad.testing.driving import client_for

from .commands import ROOT

README = (ROOT / "README.md").read_text()
SENT = re.compile(r'curl -s "\$PROFILE(\S+)"[^\n]*? -d "(.*?)" \| python3', re.DOTALL)
READ = re.compile(r'^curl -s "\$PROFILE(/v1/customers/\S+)"', re.MULTILINE)
SHOWN = re.compile(r"^```json\n(.*?)^```", re.MULTILINE | re.DOTALL)
OF_THE_RUN = {"id", "event_id", "customer_id", "occurred_at", "recorded_at"}
"""Members of the answer that are others in each run."""


def without_the_run(answer: dict[str, Any]) -> dict[str, Any]:
    return answer | dict.fromkeys(OF_THE_RUN & answer.keys())


async def test_the_purchase_of_the_first_page_is_answered_as_shown_and_is_then_in_the_view(database_for, clock):
    sent, read, shown = SENT.search(README), READ.search(README), SHOWN.search(README)
    assert sent
    assert read
    assert shown
    body = sent[2].replace('\\"', '"').replace("$AT", clock.now().isoformat())

    async with client_for(SERVICE, await database_for(SERVICE)) as client:
        answers = [await client.post(sent[1], content=body, headers={"content-type": "application/json"}) for _ in "12"]
        view = await client.get(read[1])

    assert [answer.status_code for answer in answers] == [201, 200]
    assert without_the_run(answers[0].json()) == without_the_run(json.loads(shown[1]))
    assert view.json()["totals"]["purchases"] == 1
