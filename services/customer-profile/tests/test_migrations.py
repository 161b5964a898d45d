"""The migrations make the tables that the code describes."""

from customer_profile.service import SERVICE
from lealtad.testing.migrations import differences
from lealtad.testing.plugin import DatabaseFactory


async def test_nothing_is_missing_and_nothing_is_left_over(database_for: DatabaseFactory) -> None:
    assert await differences(SERVICE, await database_for(SERVICE)) == []
