"""How a chapter of business time begins: everybody is decided on anew, by rules without chance.

Decisions depend on what was learned until they were made, and facts of one moment come in any order. So before a
chapter begins the contact policy is put in force once more, which has every customer decided on anew, by all that was
before; two stacks that took the same facts then have to say the same.
"""

import asyncio
from collections.abc import Sequence
from http import HTTPStatus

from .ledger import Standing
from .sending import CAMPAIGNS, Json, Sender
from .stage import Stage, until

OF_THE_VERSION = {"version", "changed_at", "changed_by"}
WITHOUT_CHANCE = {"hold_out_share": "0", "exploration": "off"}
NOT_FRESH = "-not-fresh"
"""End of the rules that wait for inputs of machine time, not of business time."""


async def decide_anew(stage: Stage, customers: Sequence[str]) -> dict[str, Standing]:
    """Have everybody decided on anew; return what stands for `customers` once no input is old any more."""
    await _put_policy_in_force(stage)
    await stage.settled()
    decisions: list[Json] = []

    async def are_decided() -> bool:
        decisions[:] = await _decisions(stage, customers)
        return not any(out["rule"].endswith(NOT_FRESH) for found in decisions for out in found["ruled_out"])

    await until(are_decided, "all customers are decided on with fresh inputs")
    return {customer: _standing(found) for customer, found in zip(customers, decisions, strict=True)}


async def _put_policy_in_force(stage: Stage) -> None:
    url = f"{stage.stack.urls()[CAMPAIGNS]}/v1/contact-policy"
    current = await stage.http.get(url)
    document = {name: value for name, value in current.json().items() if name not in OF_THE_VERSION}
    headers = {"If-Match": current.headers["etag"]}
    changed = await stage.http.put(url, json=document | WITHOUT_CHANCE, headers=headers)
    assert changed.status_code == HTTPStatus.OK, changed.text


async def _decisions(stage: Stage, customers: Sequence[str]) -> list[Json]:
    sender = Sender(stage.http, stage.stack.urls())
    paths = [f"/v1/customers/{customer}/next-best-action" for customer in customers]
    answers = await asyncio.gather(*(sender.get(CAMPAIGNS, path) for path in paths))
    return [answer.raise_for_status().json() for answer in answers]


def _standing(decision: Json) -> Standing:
    action = decision["action"]
    return Standing(
        offer=action["offer"]["key"] if action else None,
        channel=action["channel"] if action else None,
        reason=decision["reason"],
        decision_id=decision["decision_id"],
    )
