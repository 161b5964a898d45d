"""What managers tune is replaced whole by who has read it, and every version is kept."""

import asyncio
from http import HTTPStatus

import pytest

from lealtad.clock import FixedClock
from lealtad.http import Problem
from lealtad.testing.plugin import DatabaseFactory
from lealtad.unit_of_work import Database

from .rules import PATIENCE, RULES, Patience, PatienceOut


@pytest.fixture
async def database(database_for: DatabaseFactory) -> Database:
    return await database_for(RULES)


async def replace(database: Database, days: int, if_match: str | None) -> HTTPStatus:
    """Try to put a version in force; return the status of the refusal, or 200."""
    try:
        async with database.begin() as uow:
            await PATIENCE.change(uow, Patience(days=days, weekends=True), if_match=if_match, by="ana")
    except Problem as refusal:
        return HTTPStatus(refusal.status)
    return HTTPStatus.OK


async def days_in_force(database: Database) -> int:
    async with database.read() as uow:
        return (await PATIENCE.in_force(uow.connection)).policy.days


async def test_the_newest_version_is_in_force_and_shown_with_its_stamp(database: Database, clock: FixedClock) -> None:
    assert await replace(database, 7, '"1"') == HTTPStatus.OK

    async with database.read() as uow:
        answer = await PATIENCE.read_in_force(uow)
    assert answer.body == PatienceOut(days=7, weekends=True, version=2, changed_at=clock.now(), changed_by="ana")
    assert answer.rendered().headers["etag"] == '"2"'


async def test_an_earlier_version_is_still_shown(database: Database) -> None:
    await replace(database, 7, '"1"')

    async with database.read() as uow:
        answer = await PATIENCE.read(uow, 1)
        with pytest.raises(Problem, match="policy version"):
            await PATIENCE.read(uow, 3)
    assert isinstance(answer.body, PatienceOut)
    assert (answer.body.days, answer.body.changed_by) == (1, "shipped")


@pytest.mark.parametrize(
    ("if_match", "status"), [(None, HTTPStatus.PRECONDITION_REQUIRED), ('"9"', HTTPStatus.PRECONDITION_FAILED)]
)
async def test_who_has_not_read_the_newest_version_may_not_replace_it(
    database: Database, if_match: str | None, status: HTTPStatus
) -> None:
    assert await replace(database, 7, if_match) == status
    assert await days_in_force(database) == 1


async def test_of_several_who_replace_it_at_once_the_first_succeeds_and_the_others_are_told(database: Database) -> None:
    statuses = await asyncio.gather(*(replace(database, days, '"1"') for days in (2, 3, 4, 5)))

    assert sorted(statuses) == [HTTPStatus.OK, *[HTTPStatus.PRECONDITION_FAILED] * 3]
    assert await days_in_force(database) == 2 + statuses.index(HTTPStatus.OK)


async def test_a_policy_that_leaves_a_setting_out_is_refused_and_names_it(database: Database) -> None:
    with pytest.raises(Problem) as refused:
        async with database.begin() as uow:
            await PATIENCE.change(uow, Patience(days=7), if_match='"1"', by="ana")

    pointers = [error["pointer"] for error in refused.value.extensions["errors"]]
    assert (refused.value.status, pointers) == (422, ["/weekends"])
    assert await days_in_force(database) == 1


@pytest.mark.parametrize(("days", "pointer"), [(1001, "/days"), (0, "")])
async def test_a_policy_that_cannot_be_obeyed_is_refused_and_changes_nothing(
    database: Database, days: int, pointer: str
) -> None:
    with pytest.raises(Problem) as refused:
        async with database.begin() as uow:
            await PATIENCE.change(uow, Patience(days=days, weekends=True), if_match='"1"', by="ana")

    (error,) = refused.value.extensions["errors"]
    assert (refused.value.status, error["pointer"]) == (422, pointer)
    assert error["message"]
    assert await days_in_force(database) == 1
