"""The one way a case changes: entries are added to histories, folded, stored and announced."""

from collections.abc import Sequence
from dataclasses import replace

from complaints.cases import repository
from complaints.cases.announcing import announce
from complaints.cases.stored import Change, Recorded
from complaints.domain.case import Action, apply
from lealtad.unit_of_work import UnitOfWork


async def record(uow: UnitOfWork, changes: Sequence[Change]) -> list[Recorded]:
    """Record changes of locked cases with a fixed number of statements.

    Several changes of one case follow one another: each begins with the case after the one before.
    """
    recorded = [announced(uow, change) for change in changes]
    if changes:
        await repository.append(uow.connection, changes, recorded)
        await repository.store(uow.connection, [result.after for result in recorded])
    return recorded


def announced(uow: UnitOfWork, change: Change) -> Recorded:
    """Answer the case after a change, and emit the event that tells of it, if one does."""
    after = change.before
    if change.entry.action is not Action.OPEN:
        after = replace(change.before, case=apply(change.before.case, change.entry))
    return Recorded(after, announce(uow, change, after))
