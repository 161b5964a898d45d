from datetime import UTC, date, datetime, timedelta

import pytest

from lealtad_demo.chronicle import Chronicle, Complaint, Contact
from lealtad_demo.figures import Figures
from lealtad_demo.outreach import Outreach
from lealtad_demo.simulator import Contacts, Simulator, SimulatorSettings

NOW = datetime(2011, 3, 7, 17, tzinfo=UTC)
TODAY = NOW.date()


class StandIn:
    """Answers like the services: every customer has a next-best action, `lapsing` are the members of that segment."""

    def __init__(self, lapsing=()):
        self.lapsing = lapsing
        self.presented = []

    async def get(self, *_, **__):
        return {"items": []}

    async def items(self, *_):
        for identity in self.lapsing:
            yield {"customer_id": identity}

    async def find(self, _, path):
        customer = path.split(":")[1].split("/")[0]
        offer = {"key": "recovery-call", "kind": "service-recovery"}
        return {"decision_id": customer, "muted": True, "action": {"offer": offer, "contact_at": NOW.isoformat()}}

    async def post(self, _, path, body):
        if body["response"] == "presented":
            self.presented.append(path.split("/")[3])


def an_outreach(services, *customers, **most):
    settings = SimulatorSettings.load()
    contacts = Contacts(**{"complaining": 9, "endangered": 9, "lapsing": 9, "buying": 9} | most)
    chronicle = Chronicle()
    for customer in customers:
        chronicle.enrol(customer, "EIRE", f"id-{customer}")
    simulator = Simulator(settings.model_copy(update={"contacts_a_day": contacts}))
    return Outreach(services, simulator, chronicle, Figures(days=1))


def days_ago(days: int) -> date:
    return TODAY - timedelta(days=days)


@pytest.mark.parametrize(("most", "contacted"), [(9, ["waits", "waits-longer"]), (1, ["waits"])])
async def test_who_complains_is_contacted_once_about_it(most, contacted):
    services = StandIn()
    outreach = an_outreach(services, "waits", "attended", "waits-longer", complaining=most)
    for past in outreach.chronicle.pasts.values():
        past.complaints.append(Complaint("case", "event", days_ago(2)))
    outreach.chronicle.pasts["attended"].contacts.append(Contact(days_ago(1), "decision", None))
    await outreach.attend(["waits", "attended", "waits-longer", "waits"], NOW)
    assert services.presented == contacted
    assert outreach.figures.muted == len(contacted)


async def test_of_those_who_lapse_the_most_regular_are_contacted_first_unless_they_were_lately():
    services = StandIn(lapsing=["id-rare", "id-regular", "id-often", "id-lately"])
    outreach = an_outreach(services, "rare", "regular", "often", "lately", lapsing=2)
    for customer, days in {"rare": 2, "regular": 4, "often": 6, "lately": 9}.items():
        outreach.chronicle.pasts[customer].bought_on = [days_ago(70 + day) for day in range(days)]
    outreach.chronicle.pasts["lately"].contacts.append(Contact(days_ago(3), "decision", "rejected"))
    await outreach.contact([], NOW)
    assert services.presented == ["often", "regular"]
