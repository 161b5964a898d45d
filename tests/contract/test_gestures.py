"""An offer of service recovery comes from two open cases through campaigns back into the case it was made for."""

from datetime import UTC, datetime

from campaigns.service import SERVICE as CAMPAIGNS
from complaints.service import SERVICE as COMPLAINTS
from lealtad.events.catalog.complaints import CaseState
from lealtad.events.catalog.customer_profile import ConsentState, CustomerRegistered, CustomerStatus, Purpose
from lealtad.ids import new_id
from lealtad.testing.builders import an_event
from lealtad.testing.driving import client_for, deliver, emitted

EARLIER = datetime(2010, 12, 1, tzinfo=UTC)


async def test_the_answer_to_a_recovery_offer_is_noted_in_the_more_urgent_of_two_open_cases(database_for) -> None:
    ana = new_id()
    consent = ConsentState(purpose=Purpose.MARKETING, channel=None, granted=True, given_at=EARLIER)
    registered = CustomerRegistered(
        status=CustomerStatus.ACTIVE,
        provisional=False,
        external_ids=[],
        consents=[consent],
        registered_at=EARLIER,
        changed=[],
    )
    known = an_event(registered, key=ana)
    desk, office = await database_for(COMPLAINTS), await database_for(CAMPAIGNS)
    await deliver(COMPLAINTS, desk, [known])
    async with client_for(COMPLAINTS, desk) as cases, client_for(CAMPAIGNS, office) as offers:
        opened = {}
        for severity in ("critical", "low"):
            request = {"kind": "complaint", "channel": "call-centre", "description": "It broke.", "severity": severity}
            answer = await cases.post("/v1/cases", json={**request, "customer": str(ana)})
            opened[severity] = answer.json()["id"]
        announced = [event for event in await emitted(desk) if isinstance(event.data, CaseState)]
        await deliver(CAMPAIGNS, office, [known, *announced])
        decision = (await offers.get(f"/v1/customers/{ana}/next-best-action")).json()
        for response in ("presented", "accepted"):
            path = f"/v1/decisions/{decision['decision_id']}/responses"
            assert (await offers.post(path, json={"response": response})).status_code == 201

        await deliver(COMPLAINTS, desk, [event for event in await emitted(office) if "offer-" in event.type])

        noted = {}
        for severity, case_id in opened.items():
            entries = (await cases.get(f"/v1/cases/{case_id}/history")).json()["items"]
            noted[severity] = [entry["gesture"]["response"] for entry in entries if entry["gesture"]]
    assert decision["action"]["case_id"] == opened["critical"]
    assert noted == {"critical": ["presented", "accepted"], "low": []}
