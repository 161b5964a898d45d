"""Restore the announced next-best actions from published events."""

from collections.abc import Iterable
from typing import Any

from campaigns.decisions import repository
from campaigns.domain.mute import OPEN
from lealtad.events.catalog.campaigns import NextBestActionChanged
from lealtad.unit_of_work import UnitOfWork


async def restore_actions(uow: UnitOfWork, announced: Iterable[NextBestActionChanged]) -> None:
    """Store the last announced action of locked customers and make the customers due."""
    actions = {change.customer_id: change for change in announced}
    await repository.restore_actions(uow.connection, [_row(change) for change in actions.values()], uow.now)


def _row(change: NextBestActionChanged) -> dict[str, Any]:
    return {
        "customer_id": change.customer_id,
        "offer_id": change.offer.offer_id if change.offer else None,
        "channel": change.channel,
        "case_id": change.case_id,
        # The event does not name the mute's reason. Another reason is announced once more.
        "mute": OPEN if change.muted else None,
    }
