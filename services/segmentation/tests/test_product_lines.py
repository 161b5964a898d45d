"""Amounts per product line are shares of the paid and returned totals, as customer-profile counts them."""

from dataclasses import replace
from decimal import Decimal
from itertools import permutations
from typing import Any

import pytest
from sqlalchemy import text

from lealtad.events.envelope import Event
from lealtad.ids import new_id
from lealtad.money import Money
from lealtad.testing.driving import deliver
from lealtad.unit_of_work import Database
from segmentation.service import SERVICE

from .builders import NOW, corrected, purchase, returned

BY_LINE = text("SELECT product_line, purchase_amount, returned_amount FROM activity_line_day ORDER BY product_line")


async def test_a_discount_on_the_total_is_shared_by_the_product_lines_to_the_coin(database: Database) -> None:
    customer = new_id()
    bought, back = purchase(customer, kitchen="150", garden="60"), returned(customer, garden="60")
    paid, given_back = (Money(amount=Decimal(amount), currency="EUR") for amount in ("168", "48"))
    facts = [
        replace(bought, data=bought.data.model_copy(update={"total": paid})),
        replace(back, data=back.data.model_copy(update={"total": given_back})),
    ]

    await deliver(SERVICE, database, facts, now=NOW)

    async with database.read() as uow:
        rows = [tuple(row) for row in await uow.connection.execute(BY_LINE)]
    assert rows == [("garden", 48, 48), ("kitchen", 120, 0)]


FOLDED = {
    "activity_day": "SELECT day, returns, returned_amount, purchase_amount FROM activity_day WHERE customer_id = :id",
    "activity_line_day": (
        "SELECT product_line, returns, returned_amount FROM activity_line_day WHERE customer_id = :id ORDER BY 1"
    ),
    "activity_total": "SELECT returns, returned_amount, last_return FROM activity_total WHERE customer_id = :id",
}


@pytest.mark.parametrize("order", list(permutations(range(3))))
async def test_a_return_that_is_corrected_counts_as_one_that_was_right_at_once(
    database: Database, order: tuple[int, ...]
) -> None:
    def story(total: str) -> list[Event[Any]]:
        customer = new_id()
        back = returned(customer, garden="60", kitchen="30")
        data = back.data.model_copy(update={"total": Money(amount=Decimal(total), currency="EUR")})
        return [purchase(customer, garden="120", kitchen="60"), replace(back, data=data)]

    right, wrong = story("45.01"), story("90")
    events = [*wrong, corrected(wrong[1], "45.01")]
    for number in order:
        await deliver(SERVICE, database, [events[number]], now=NOW)
    await deliver(SERVICE, database, right, now=NOW)

    async with database.read() as uow:
        for table, statement in FOLDED.items():
            rows = [
                [tuple(row) for row in await uow.connection.execute(text(statement), {"id": each[0].key})]
                for each in (right, wrong)
            ]
            assert rows[0] == rows[1], table
