"""The rulebook in force: loaded once per revision, and held still while it is used."""

import asyncio
from collections import OrderedDict
from uuid import UUID

from lealtad.db import Connection
from segmentation.definitions.repository import rulebook as repository
from segmentation.evaluation.evaluator import Evaluator

KEPT = 4
_EVALUATORS: OrderedDict[UUID, Evaluator] = OrderedDict()
"""Compiled rulebooks by revision; a revision is a new id, so that it never stands for two contents."""


async def hold(connection: Connection) -> None:
    """Keep the rulebook from changing until the transaction ends; to be called before customers are locked.

    Whoever puts another rulebook in force waits for the evaluations under way (`replace`), so that none of them
    announces by the old one after it was replaced.
    """
    await repository.lock_shared(connection)


async def current(connection: Connection) -> Evaluator:
    """Return the rulebook in force, compiled."""
    return await at(connection, await repository.revision(connection))


async def at(connection: Connection, revision: UUID) -> Evaluator:
    """Return the rulebook in force, compiled; `revision` is its id, read while it was held."""
    evaluator = _EVALUATORS.get(revision)
    if evaluator is None:
        # Hundreds of conditions take longer to compile than the event loop should stand still.
        evaluator = await asyncio.to_thread(Evaluator.of, await repository.load(connection))
        _EVALUATORS[revision] = evaluator
        while len(_EVALUATORS) > KEPT:
            _EVALUATORS.popitem(last=False)
    _EVALUATORS.move_to_end(revision)
    return evaluator


async def replace(connection: Connection) -> None:
    """Wait for the evaluations under way and begin another revision; to be called before the rulebook is changed."""
    await repository.lock_exclusive(connection)
    await repository.begin_revision(connection)
