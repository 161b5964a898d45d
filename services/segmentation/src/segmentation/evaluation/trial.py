"""Trial of a rulebook: one evaluation for an unknown customer, before the rulebook comes into force."""

import asyncio
from uuid import UUID

import structlog

from lealtad.errors import is_transient
from lealtad.http import InvalidField, Problem, invalid
from lealtad.unit_of_work import UnitOfWork
from segmentation.domain.rulebook import Rulebook
from segmentation.domain.rules import conditions
from segmentation.evaluation.evaluator import Evaluator

log = structlog.get_logger(__name__)

MAX_CONDITIONS = 500
"""Of all segments together: they are one statement, which every event of a customer runs."""
UNKNOWN_CUSTOMER = UUID(int=0)


async def require_evaluable(uow: UnitOfWork, rulebook: Rulebook, segment_id: UUID) -> None:
    """Raise 422 where customers cannot be evaluated, or only slowly, by `rulebook` with a new rule of this segment."""
    _require_few_conditions(rulebook)
    try:
        evaluator = await asyncio.to_thread(Evaluator.of, rulebook)
        async with uow.savepoint():
            await evaluator.evaluate(uow.connection, [UNKNOWN_CUSTOMER], uow.now)
    except Exception as error:
        if is_transient(error):
            raise
        log.warning("segment_not_evaluable", segment=str(segment_id), exc_info=error)
        raise _rejected("cannot be evaluated together with the other segments: use fewer conditions") from error


def _require_few_conditions(rulebook: Rulebook) -> None:
    number = sum(1 for rule in rulebook.rules for _ in conditions(rule))
    if number > MAX_CONDITIONS:
        raise _rejected(
            f"with it all segments together have {number} conditions, of at most {MAX_CONDITIONS}: use fewer here, or "
            "archive segments that nobody uses"
        )


def _rejected(message: str) -> Problem:
    return invalid("Correct the rule and send it again.", [InvalidField(pointer="/rule", message=message)])
