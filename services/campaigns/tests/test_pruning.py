"""Unused decisions are deleted. Decisions with a contact or response, and current ones, are kept."""

from datetime import timedelta
from uuid import UUID

from sqlalchemy import text

from campaigns.decisions.repository import prune
from campaigns.service import SERVICE
from lealtad.clock import system_now
from lealtad.ids import first_id_at, new_id
from lealtad.testing.plugin import DatabaseFactory

DECISION = text("""
    INSERT INTO decision (decision_id, customer_id, origin, decided_at, reason, policy_version, held_out, seed, inputs,
                          ranked, ruled_out, causes, cause_count)
    VALUES (:id, :customer, 'standing', now(), 'no-offer', 1, false, :id, '{}', '[]', '[]', '{}', 0)
""")
RESPONSE = text("""
    INSERT INTO response (decision_id, response, response_id, customer_id, offer_id, offer_kind, promotional, channel,
                          occurred_at)
    VALUES (:id, 'presented', :id, :customer, :id, 'reward', true, 'web', now())
""")
CONTACT = text("""
    INSERT INTO contact (contact_id, customer_id, decision_id, offer_id, offer_key, offer_version, offer_kind,
                         contact_class, channel, counts, status, at)
    VALUES (:id, :customer, :id, :id, 'an-offer', 1, 'reward', 'promotional', 'web', true, 'released', now())
""")
STANDING = text("INSERT INTO next_best_action (customer_id, decision_id) VALUES (:customer, :id)")
LEFT = text("SELECT decision_id FROM decision ORDER BY decision_id")


async def test_a_superseded_decision_without_consequences_is_forgotten_by_age(database_for: DatabaseFactory) -> None:
    database = await database_for(SERVICE)
    before, customer = system_now() - timedelta(days=90), new_id()
    ages = {"forgotten": 92, "responded": 91.5, "contacted": 91, "standing": 90.5, "young": 89}
    ids = {name: first_id_at(system_now() - timedelta(days=age)) for name, age in ages.items()}
    effects = {"responded": RESPONSE, "contacted": CONTACT, "standing": STANDING}
    async with database.begin() as uow:
        for identity in ids.values():
            await uow.connection.execute(DECISION, {"id": identity, "customer": customer})
        for name, statement in effects.items():
            await uow.connection.execute(statement, {"id": ids[name], "customer": customer})

    async with database.begin() as uow:
        forgotten = await prune(uow.connection, before, 10)
        left: list[UUID] = list((await uow.connection.execute(LEFT)).scalars())

    assert forgotten == 1
    assert left == [ids[name] for name in ("responded", "contacted", "standing", "young")]


async def test_no_more_are_forgotten_in_one_transaction_than_asked(database_for: DatabaseFactory) -> None:
    database = await database_for(SERVICE)
    oldest = first_id_at(system_now() - timedelta(days=200))
    async with database.begin() as uow:
        for number in range(5):
            await uow.connection.execute(DECISION, {"id": UUID(int=oldest.int + number), "customer": new_id()})
        deleted = [await prune(uow.connection, system_now(), 3) for _ in range(3)]

    assert deleted == [3, 2, 0]
