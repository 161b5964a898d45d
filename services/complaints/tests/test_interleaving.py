"""The result does not depend on the order of topics against one another, nor on the size of batches."""

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text

from complaints.service import SERVICE
from lealtad.events.catalog.campaigns import OfferPresented, OfferRejected
from lealtad.ids import new_id
from lealtad.testing.builders import loaded
from lealtad.testing.driving import end_backfill

FOLDED = text("""
    SELECT (SELECT array_agg((source, external_id)::text ORDER BY source, external_id)
            FROM customer_external_id WHERE customer_id = :id) AS external_ids,
           (SELECT (sequence, status)::text FROM customer WHERE customer_id = :id) AS customer,
           (SELECT (sequence, tier)::text FROM service_tier WHERE customer_id = :id) AS tier,
           (SELECT count(*) FROM gesture WHERE customer_id = :id) AS gestures,
           (SELECT array_agg((status, tier, due_at, customer_id = :id)::text ORDER BY id)
            FROM service_case WHERE customer_id = :id) AS cases,
           (SELECT count(*) FROM case_history JOIN gesture ON gesture_id = gesture.event_id
            WHERE gesture.customer_id = :id) AS noted
""")


@st.composite
def interleavings(draw):
    """Draw the order of topics, the sizes of batches, and the events that come by the backfill lane."""
    topics = draw(st.permutations(["customers"] * 3 + ["segments"] * 3 + ["offers"] * 3))
    return topics, draw(st.lists(st.integers(1, 9), min_size=9, max_size=9)), draw(st.sets(st.integers(0, 8)))


def story(desk, customer, name):
    """Build three events of each topic, in the order of their topic."""
    erp, loyalty = f"erp:{customer.hex}", f"loyalty:{customer.hex}"
    return {
        "customers": [
            desk.a_customer(*external_ids, customer=customer, sequence=sequence)
            for sequence, external_ids in enumerate([(erp,), (erp, name), (erp, name, loyalty)], start=1)
        ],
        "segments": [
            desk.a_tier(customer, tier, sequence=sequence)
            for sequence, tier in enumerate([None, "preferred", "premium"], start=1)
        ],
        "offers": [
            desk.a_gesture(customer, event=OfferPresented),
            desk.a_gesture(customer, event=OfferRejected),
            desk.a_gesture(customer),
        ],
    }


async def outcome(desk, topics, batches, history=frozenset()):
    """Open a case of an unknown customer, deliver the story in this order, and return the final state."""
    customer = new_id()
    name = f"web-shop:{customer.hex}"
    await desk.open_case(customer=name, severity="high")
    events_of = {topic: iter(events) for topic, events in story(desk, customer, name).items()}
    events = [next(events_of[topic]) for topic in topics]
    events = [loaded(event) if place in history else event for place, event in enumerate(events)]
    for size in batches:
        batch, events = events[:size], events[size:]
        if batch:
            await desk.hear(*batch)
    await end_backfill(SERVICE, desk.database)
    async with desk.database.read() as uow:
        row = (await uow.connection.execute(FOLDED, {"id": customer})).one()
    return [str(value).replace(customer.hex, "customer") for value in row]


@settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(interleavings())
async def test_any_interleaving_of_topics_and_lanes_in_any_batches_ends_the_same(desk, interleaving):
    in_order = ["customers"] * 3 + ["segments"] * 3 + ["offers"] * 3

    usual = await outcome(desk, in_order, [9])

    assert await outcome(desk, *interleaving) == usual
    assert usual[-1] == "3"
