"""Whether facts come one by one or in batches makes no difference, and what is stored is what was announced."""

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text

from lealtad.events.catalog.customer_profile import Fact
from lealtad.testing.driving import emitted

PATHS = {
    "purchase": "purchases",
    "return": "returns",
    "payment": "payments",
    "contract-start": "contracts",
}
EUROS = {"amount": "5.00", "currency": "EUR"}
FACT_IDS = st.sampled_from(["1", "2", "3"])

purchases = st.fixed_dictionaries({"type": st.just("purchase"), "quantity": st.integers(0, 3)})
returns = st.fixed_dictionaries({"type": st.just("return"), "of": FACT_IDS, "quantity": st.integers(1, 3)})
payments = st.fixed_dictionaries({"type": st.just("payment"), "of": FACT_IDS})
starts = st.fixed_dictionaries({"type": st.just("contract-start")})
steps = st.fixed_dictionaries(
    {"type": st.sampled_from(["contract-change", "contract-cancel", "contract-revoke-cancellation"]), "of": FACT_IDS}
)
stories = st.lists(st.tuples(FACT_IDS, purchases | returns | payments | starts | steps), min_size=1, max_size=8)


def body(shop, system, customer, fact_id, story):
    """Return the fact of a story; sources differ, so that two tellings do not meet."""
    kind, of = story["type"], f"{system}:{story.get('of')}"
    content = {"source": {"system": system, "fact_id": fact_id}, "customer": f"{system}:{customer}"}
    if "quantity" in story:
        content["lines"] = [shop.line(quantity=story["quantity"])]
    if kind in ("return", "payment"):
        content["purchase"] = of
    if kind == "payment":
        content["amount"] = EUROS
    if kind == "contract-start":
        content |= {"product_line": "broadband", "monthly_amount": EUROS}
    if kind == "contract-change":
        content |= {"contract": of, "product_line": "fibre"}
    if kind in ("contract-cancel", "contract-revoke-cancellation"):
        content["contract"] = of
    return {**shop.fact(), **content}


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(tale=stories)
async def test_a_batch_is_the_same_as_its_facts_one_by_one(shop, tale):
    telling = next(shop.numbers)
    alone, together = f"alone-{telling}", f"together-{telling}"
    await shop.buys(customer=f"{alone}:c")
    await shop.buys(customer=f"{together}:c")

    singly = []
    for fact_id, story in tale:
        fact = body(shop, alone, "c", fact_id, story)
        step = story["type"].removeprefix("contract-") if "contract" in fact else None
        path = f"contracts/{fact['contract']}/{step}" if step else PATHS[story["type"]]
        singly.append((await shop.post(path, fact)).status_code)
    facts = [{"type": story["type"], **body(shop, together, "c", fact_id, story)} for fact_id, story in tale]
    batch = await shop.post("batches", {"facts": facts})

    assert [item["status"] for item in batch.json()["items"]] == singly
    parts = "totals,contracts"
    one, other = await shop.view(f"{alone}:c", parts), await shop.view(f"{together}:c", parts)
    assert one["totals"] == other["totals"]
    states = [
        [(contract["product_line"], contract["ends_at"]) for contract in view["contracts"]["items"]]
        for view in (one, other)
    ]
    assert states[0] == states[1]


async def test_what_is_stored_is_what_was_announced(shop, database):
    await shop.buys("1")
    await shop.post(
        "batches", {"facts": [{"type": "purchase", **shop.purchase(customer=f"web-shop:{n % 3}")} for n in range(9)]}
    )
    announced = {event.id: event for event in await emitted(database) if isinstance(event.data, Fact)}
    async with database.read() as uow:
        rows = await uow.connection.execute(text("SELECT id, sequence, customer_id, data FROM fact"))
    assert len(rows) == len(announced) == 10
    for row in rows:
        event = announced[row.id]
        assert (row.sequence, row.customer_id) == (event.sequence, event.key)
        assert type(event.data).model_validate(row.data) == event.data
