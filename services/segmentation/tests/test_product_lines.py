"""Amounts per product line are shares of the paid and returned totals, as customer-profile counts them."""

from dataclasses import replace
from decimal import Decimal

from sqlalchemy import text

from lealtad.ids import new_id
from lealtad.money import Money
from lealtad.testing.driving import deliver
from lealtad.unit_of_work import Database
from segmentation.service import SERVICE

from .builders import NOW, purchase, returned

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
