"""The transfer of a day's facts to customer-profile."""

from collections.abc import Sequence
from http import HTTPStatus
from typing import Any

from lealtad_demo.client import PROFILE, Apis
from lealtad_demo.facts import Fact

BATCH = 1000


async def send_batches(apis: Apis, facts: Sequence[Fact]) -> tuple[list[Fact], list[Any]]:
    """Send the facts in their order; return facts answered 2xx, and the problem documents of the others."""
    accepted: list[Fact] = []
    problems: list[Any] = []
    for start in range(0, len(facts), BATCH):
        batch = facts[start : start + BATCH]
        answer = await apis.post(PROFILE, "/v1/batches", {"facts": [fact.body for fact in batch]})
        for fact, item in zip(batch, answer["items"], strict=True):
            if HTTPStatus.OK <= item["status"] < HTTPStatus.MULTIPLE_CHOICES:
                accepted.append(fact)
            else:
                problems.append(item["problem"])
    return accepted, problems


def last_purchases(facts: Sequence[Fact], most: int) -> list[Fact]:
    """Return up to `most` of the latest purchases which are their customers' last fact of the day."""
    last = {fact.customer: fact for fact in facts}
    candidates = [fact for fact in facts if fact.is_purchase and last[fact.customer] is fact]
    return candidates[-most:]
