"""The migrations create the tables that the code declares, with default data that the code can parse."""

from sqlalchemy import text

from campaigns.decisions.inputs.queries.current import load_rules
from campaigns.policy.schemas import DEFAULTS
from campaigns.service import SERVICE
from lealtad.testing.migrations import differences
from lealtad.unit_of_work import Database


async def test_nothing_is_missing_and_nothing_is_left_over(database: Database) -> None:
    assert await differences(SERVICE, database) == []


async def test_the_policy_in_force_is_the_one_that_the_code_ships(database_for):
    async with (await database_for(SERVICE)).read() as uow:
        assert await uow.connection.scalar(text("SELECT policy FROM contact_policy")) == DEFAULTS


async def test_shipped_offers_speak_both_languages_and_reach_somebody(database):
    async with database.read() as uow:
        rules = await load_rules(uow)
    policy = rules.policy
    assert {offer.terms.kind for offer in rules.offers} == set(policy.priors)
    for offer in rules.offers:
        assert set(offer.terms.contents) == {"es", "en"}, offer.key
        assert all(offer.terms.value > offer.terms.cost + policy.channel(c).cost for c in offer.terms.channels), (
            offer.key
        )
