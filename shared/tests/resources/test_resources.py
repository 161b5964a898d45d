"""What managers keep under keys: found, listed by cursor, changed by who has read it, every version kept."""

import asyncio
from collections.abc import Awaitable, Callable
from http import HTTPStatus
from uuid import UUID

import pytest

from lealtad.clock import FixedClock
from lealtad.events.catalog.campaigns import OfferDefinitionChanged
from lealtad.http import Answer, PageQuery, Problem
from lealtad.testing.driving import emitted
from lealtad.testing.plugin import DatabaseFactory
from lealtad.unit_of_work import Database, UnitOfWork

from .gifts import GIFT_SHOP, GIFTS, SHELVES, Gift, GiftTerms

VASE, CLOCK = GiftTerms(name="vase"), GiftTerms(name="clock", worth=2)


@pytest.fixture
async def database(database_for: DatabaseFactory) -> Database:
    return await database_for(GIFT_SHOP)


async def write(database: Database, use_case: Callable[[UnitOfWork], Awaitable[Answer]]) -> Answer:
    async with database.begin() as uow:
        return await use_case(uow)


async def create(database: Database, key: str = "vase", terms: GiftTerms = VASE) -> Gift:
    answer = await write(database, lambda uow: GIFTS.create(uow, key, terms, by="ana"))
    assert (answer.status, answer.etag) == (HTTPStatus.CREATED, 1)
    return answer.body


async def change(database: Database, terms: GiftTerms = CLOCK, if_match: str | None = '"1"') -> Answer:
    return await write(database, lambda uow: GIFTS.change(uow, "vase", terms, if_match=if_match, by="eva"))


async def retire(database: Database, if_match: str | None = '"1"') -> Answer:
    return await write(database, lambda uow: GIFTS.retire(uow, "vase", if_match=if_match, by="eva"))


async def read(database: Database, reference: UUID | str = "vase") -> Answer:
    async with database.read() as uow:
        return await GIFTS.read(uow, reference)


async def announced(database: Database) -> list[tuple[str, int, bool]]:
    events = [event.data for event in await emitted(database)]
    assert all(isinstance(data, OfferDefinitionChanged) for data in events)
    return [(data.offer.key, data.offer.version, data.withdrawn) for data in events]


async def test_the_first_version_is_shown_with_who_made_it_and_announced(database: Database, clock: FixedClock) -> None:
    gift = await create(database)

    expected = Gift(
        name="vase",
        worth=1,
        gift_id=gift.gift_id,
        key="vase",
        version=1,
        withdrawn=False,
        changed_at=clock.now(),
        changed_by="ana",
    )
    assert gift == expected
    for reference in ("vase", gift.gift_id, str(gift.gift_id), str(gift.gift_id).upper()):
        answer = await read(database, reference)
        assert (answer.body, answer.etag) == (expected, 1)
    assert await announced(database) == [("vase", 1, False)]


async def test_a_key_that_is_taken_is_refused(database: Database) -> None:
    await create(database)

    with pytest.raises(Problem, match="Not another vase") as refused:
        await create(database, terms=CLOCK)
    assert refused.value.status == HTTPStatus.CONFLICT
    assert (await read(database)).body.name == "vase"


async def test_a_change_makes_the_next_version_and_the_earlier_stays_readable(
    database: Database, clock: FixedClock
) -> None:
    first = await create(database)
    made_at = clock.now()
    clock.advance(days=1)
    answer = await change(database)

    assert (answer.status, answer.etag, answer.body) == (HTTPStatus.OK, 2, (await read(database)).body)
    assert (answer.body.worth, answer.body.changed_by, answer.body.changed_at) == (2, "eva", clock.now())
    async with database.read() as uow:
        assert await GIFTS.read_version(uow, first.gift_id, 1) == first
        assert await GIFTS.read_version(uow, first.gift_id, 2) == answer.body
        with pytest.raises(Problem, match="gift version"):
            await GIFTS.read_version(uow, first.gift_id, 3)
    assert first.changed_at == made_at
    assert await announced(database) == [("vase", 1, False), ("vase", 2, False)]


async def test_a_retired_one_stays_readable_and_a_change_activates_it_again(database: Database) -> None:
    await create(database)

    retired = (await retire(database)).body
    assert (retired.version, retired.withdrawn, retired.name) == (2, True, "vase")
    assert (await read(database)).body == retired
    assert (await change(database, VASE, '"2"')).body.withdrawn is False
    assert await announced(database) == [("vase", 1, False), ("vase", 2, True), ("vase", 3, False)]


@pytest.mark.parametrize("write_anew", [change, retire])
@pytest.mark.parametrize(
    ("if_match", "status"), [(None, HTTPStatus.PRECONDITION_REQUIRED), ('"9"', HTTPStatus.PRECONDITION_FAILED)]
)
async def test_who_has_not_read_the_newest_version_may_not_write(
    database: Database, write_anew: Callable[..., Awaitable[Answer]], if_match: str | None, status: HTTPStatus
) -> None:
    gift = await create(database)

    with pytest.raises(Problem) as refused:
        await write_anew(database, if_match=if_match)
    assert refused.value.status == status
    assert (await read(database)).body == gift


async def test_of_several_who_change_it_at_once_the_first_succeeds_and_the_others_are_told(database: Database) -> None:
    await create(database)

    answers = await asyncio.gather(*(change(database) for _ in range(4)), return_exceptions=True)
    assert sorted(getattr(answer, "status", 0) for answer in answers) == [200, 412, 412, 412]
    assert (await read(database)).body.version == 2


async def test_an_unusable_document_is_refused_and_changes_nothing(database: Database) -> None:
    unusable = GiftTerms(name="nothing", worth=-1)
    gift = await create(database)

    for attempt in (create(database, "nothing", unusable), change(database, unusable)):
        with pytest.raises(Problem) as refused:
            await attempt
        assert [error["pointer"] for error in refused.value.extensions["errors"]] == ["/worth"]
    assert (await read(database)).body == gift
    assert await announced(database) == [("vase", 1, False)]


async def test_a_reference_that_names_nothing_is_answered_404(database: Database) -> None:
    for reference in ("vase", str(UUID(int=1))):
        with pytest.raises(Problem) as refused:
            await read(database, reference)
        assert (refused.value.status, refused.value.slug) == (HTTPStatus.NOT_FOUND, "gift-not-found")


async def test_a_key_may_look_like_an_id_and_an_id_comes_first(database: Database) -> None:
    vase = await create(database)
    taken_for_an_id = await create(database, str(vase.gift_id), CLOCK)
    other = await create(database, UUID(int=5).hex, CLOCK)

    assert (await read(database, str(vase.gift_id))).body == vase
    assert (await read(database, str(taken_for_an_id.gift_id))).body == taken_for_an_id
    assert (await read(database, UUID(int=5).hex)).body == other


async def test_a_list_goes_on_after_its_cursor_by_key_and_leaves_out_what_does_not_meet_its_conditions(
    database: Database,
) -> None:
    for key in ("c", "a", "d", "vase", "b"):
        await create(database, key)
    await retire(database)

    on_offer = GIFTS.table.c.withdrawn.is_(False)
    async with database.read() as uow:
        first = await GIFTS.read_page(uow, PageQuery(3), on_offer)
        second = await GIFTS.read_page(uow, PageQuery(3, first.next_cursor), on_offer)
        everything = await GIFTS.read_page(uow, PageQuery(9))
    assert [[gift.key for gift in page.items] for page in (first, second)] == [["a", "b", "c"], ["d"]]
    assert second.next_cursor is None
    assert len(everything.items) == 5


async def test_a_resource_without_versions_is_found_listed_and_changed_by_its_key(database: Database) -> None:
    async with database.begin() as uow:
        shelf = await SHELVES.insert(uow.connection, code="top", version=1, full_up=False)
        await SHELVES.insert(uow.connection, code="low", version=1, full_up=True)
        assert shelf == await SHELVES.existing(uow.connection, "top", lock=True)
        changed = await SHELVES.update(uow.connection, shelf.code, version=2, full_up=True)
        assert (changed.code, changed.version, changed.full_up) == ("top", 2, True)
        assert await SHELVES.find(uow.connection, "middle") is None
        with pytest.raises(Problem, match="Not another top"):
            await SHELVES.insert(uow.connection, code="top", version=1, full_up=False)
        assert [SHELVES.cursor_of(row) for row in await SHELVES.page(uow.connection, PageQuery())] == [
            ("low",),
            ("top",),
        ]
