"""Tries a version of a segment out: all segments with it are evaluated once, for a customer whom nobody knows."""

import asyncio
from dataclasses import replace
from uuid import UUID

import structlog

from lealtad.errors import is_transient
from lealtad.http import InvalidField, Problem, invalid
from lealtad.unit_of_work import UnitOfWork
from segmentation.definitions.repository import rulebook as repository
from segmentation.domain.rulebook import Definition, Rulebook
from segmentation.domain.rules import conditions
from segmentation.domain.segments import SegmentVersion
from segmentation.evaluation.evaluator import Evaluator

log = structlog.get_logger(__name__)

MOST_CONDITIONS = 500
"""Of all segments together: they are one statement, which every event of a customer runs."""
NOBODY = UUID(int=0)


async def require_usable(uow: UnitOfWork, version: SegmentVersion) -> None:
    """Raise 422 where customers could not be evaluated, or only slowly, once `version` is one of the rules."""
    rulebook = _with(await repository.load(uow.connection), version)
    _require_few_conditions(rulebook)
    try:
        evaluator = await asyncio.to_thread(Evaluator.of, rulebook)
        async with uow.savepoint():
            await evaluator.evaluate(uow.connection, [NOBODY], uow.now)
    except Exception as error:
        if is_transient(error):
            raise
        log.warning("segment_not_evaluable", segment=str(version.segment_id), exc_info=error)
        raise _refused("cannot be evaluated together with the other segments: use fewer conditions") from error


def _with(rulebook: Rulebook, version: SegmentVersion) -> Rulebook:
    """Return the rulebook once `version` is in force."""
    others = [known for known in rulebook.active if known.segment_id != version.segment_id]
    added = Definition(version.segment_id, "trial", version.version, version.rule)
    return replace(rulebook, active=(*others, added))


def _require_few_conditions(rulebook: Rulebook) -> None:
    rules = [definition.rule for definition in (*rulebook.active, *rulebook.preparing)]
    number = sum(1 for rule in rules for _ in conditions(rule))
    if number > MOST_CONDITIONS:
        raise _refused(
            f"with it all segments together have {number} conditions, of at most {MOST_CONDITIONS}: use fewer here, or "
            "archive segments that nobody uses"
        )


def _refused(message: str) -> Problem:
    return invalid("Correct the rule and send it again.", [InvalidField(pointer="/rule", message=message)])
