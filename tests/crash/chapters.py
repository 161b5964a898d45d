"""How a chapter of business time begins: everybody is decided on anew, by rules without chance.

Decisions depend on what was learned until they were made, and facts of one moment come in any order. So before a
chapter begins the contact policy is put in force once more, which has every customer decided on anew, by all that was
before; two stacks that took the same facts then have to say the same.
"""

from collections.abc import Sequence
from http import HTTPStatus

from .ledger import Standing
from .sending import CAMPAIGNS
from .stage import Stage, until
from .tables import Row, read

OF_THE_VERSION = {"version", "changed_at", "changed_by"}
WITHOUT_CHANCE = {"hold_out_share": "0", "exploration": "off"}
STANDING = """
    SELECT source || ':' || external_id AS customer, decision_id, offer_key, decision.channel, reason, awaits_inputs
    FROM next_best_action JOIN decision USING (decision_id)
    JOIN customer_external_id ON customer_external_id.customer_id = decision.customer_id"""


async def decide_anew(stage: Stage, customers: Sequence[str]) -> dict[str, Standing]:
    """Have everybody decided on anew; return what stands for `customers` once no input is old any more."""
    await _put_policy_in_force(stage)
    await stage.settled()
    found: dict[str, Row] = {}

    async def are_decided() -> bool:
        rows = await read(stage.database_urls()[CAMPAIGNS], {"standing": STANDING})
        found.update({row["customer"]: row for row in rows["standing"]})
        return not any(row["awaits_inputs"] for row in found.values())

    await until(are_decided, "all customers are decided on with fresh inputs")
    return {customer: _standing(found[customer]) for customer in customers}


async def _put_policy_in_force(stage: Stage) -> None:
    url = f"{stage.stack.urls()[CAMPAIGNS]}/v1/contact-policy"

    async def is_changed() -> bool:
        """Like any client, ask again after a 503: the faults of the chapter before are hardly over."""
        answer = await stage.http.get(url)
        if answer.status_code == HTTPStatus.OK:
            document = {name: value for name, value in answer.json().items() if name not in OF_THE_VERSION}
            headers = {"If-Match": answer.headers["etag"]}
            answer = await stage.http.put(url, json=document | WITHOUT_CHANCE, headers=headers)
        assert answer.status_code in {HTTPStatus.OK, HTTPStatus.SERVICE_UNAVAILABLE}, answer.text
        return answer.status_code == HTTPStatus.OK

    await until(is_changed, "the contact policy is in force once more")


def _standing(row: Row) -> Standing:
    return Standing(row["offer_key"], row["channel"], row["reason"], str(row["decision_id"]))
