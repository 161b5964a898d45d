"""Record changes of cases; every change of a case comes through here."""

from collections.abc import Sequence
from dataclasses import replace

from complaints.cases.events import emit_change
from complaints.cases.repository.cases import update_cases
from complaints.cases.repository.history import insert_entries
from complaints.cases.schemas.answers import Case
from complaints.domain.case import Action, apply
from complaints.domain.stored_case import AppliedChange, CaseChange, StoredCase
from lealtad.http import Answer
from lealtad.unit_of_work import UnitOfWork


async def record_changes(uow: UnitOfWork, changes: Sequence[CaseChange]) -> list[AppliedChange]:
    """Insert history entries of locked cases, update the cases and emit the events.

    The number of statements does not depend on the number of changes. Of several changes of one case, each `before`
    is the case after the previous change.
    """
    applied = [_apply_change(uow, change) for change in changes]
    if changes:
        await insert_entries(uow.connection, changes, applied)
        await update_cases(uow.connection, [result.after for result in applied])
    return applied


async def record_change(uow: UnitOfWork, change: CaseChange) -> Answer:
    """Record one change and return the case after it, with its version as ETag."""
    [applied] = await record_changes(uow, [change])
    return case_answer(applied.after)


def case_answer(stored: StoredCase) -> Answer:
    """Return the answer that shows a case, with its version as ETag."""
    return Answer(Case.from_stored(stored), etag=stored.case.version)


def _apply_change(uow: UnitOfWork, change: CaseChange) -> AppliedChange:
    after = change.before
    if change.entry.action is not Action.OPEN:
        after = replace(change.before, case=apply(change.before.case, change.entry))
    return AppliedChange(after, emit_change(uow, change, after))
