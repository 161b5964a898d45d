"""The rulebook in force as a compiled evaluator, loaded once per revision."""

import asyncio
from collections import OrderedDict
from uuid import UUID

from lealtad.db import Connection
from segmentation.definitions.repository.rulebook import load_rulebook
from segmentation.evaluation.evaluator import Evaluator
from segmentation.rulebook.repository import read_revision

MAX_EVALUATORS = 4
_EVALUATORS: OrderedDict[UUID, Evaluator] = OrderedDict()
"""Compiled rulebooks by revision. A revision is a new id, so that it never stands for two contents."""


async def read_evaluator(connection: Connection) -> Evaluator:
    """Return the evaluator of the rulebook in force."""
    return await read_evaluator_at(connection, await read_revision(connection))


async def read_evaluator_at(connection: Connection, revision: UUID) -> Evaluator:
    """Return the evaluator of the rulebook in force, whose `revision` was read under the lock of the rulebook."""
    evaluator = _EVALUATORS.get(revision)
    if evaluator is None:
        # To compile hundreds of conditions takes too long for the event loop.
        evaluator = await asyncio.to_thread(Evaluator.of, await load_rulebook(connection))
        _EVALUATORS[revision] = evaluator
        while len(_EVALUATORS) > MAX_EVALUATORS:
            _EVALUATORS.popitem(last=False)
    _EVALUATORS.move_to_end(revision)
    return evaluator
