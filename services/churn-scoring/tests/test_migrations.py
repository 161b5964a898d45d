"""The migrations create the tables that the code describes."""

from sqlalchemy import text

from churn_scoring.domain.policy import ScoringPolicy
from churn_scoring.service import SERVICE
from lealtad.testing.migrations import differences
from lealtad.testing.plugin import DatabaseFactory


async def test_nothing_is_missing_and_nothing_is_left_over(database_for: DatabaseFactory) -> None:
    assert await differences(SERVICE, await database_for(SERVICE)) == []


async def test_the_policy_in_force_is_the_one_that_the_code_ships(database_for: DatabaseFactory) -> None:
    async with (await database_for(SERVICE)).read() as uow:
        shipped = await uow.connection.scalar(text("SELECT policy FROM scoring_policy"))
    assert shipped == ScoringPolicy().model_dump(mode="json")
