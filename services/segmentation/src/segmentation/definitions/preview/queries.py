"""Tries a rule out on the base: how many would be in, and who for example."""

from dataclasses import replace
from uuid import UUID

from lealtad.unit_of_work import UnitOfWork
from segmentation.definitions.preview import repository
from segmentation.definitions.queries import rulebook
from segmentation.definitions.schemas import Preview, PreviewRequest
from segmentation.domain.rulebook import Definition, Rulebook
from segmentation.domain.rules import Rule

NOBODYS = UUID(int=0)


async def preview(uow: UnitOfWork, asked: PreviewRequest) -> Preview:
    """Evaluate a rule by the same evaluator as segments, on at most `repository.MOST` customers."""
    in_force = (await rulebook.current(uow.connection)).rulebook
    base = await repository.base_size(uow.connection)
    found = await repository.evaluate(uow.connection, _only(in_force, asked.rule), base.share, uow.now, asked.samples)
    customers = base.customers if base.sampled else found.evaluated
    share = found.matching / found.evaluated if found.evaluated else 0
    return Preview(
        evaluated=found.evaluated,
        matching=found.matching,
        sampled=base.sampled,
        customers=customers,
        estimated_members=round(customers * share),
        samples=found.samples,
        as_of=uow.now,
    )


def _only(in_force: Rulebook, rule: Rule) -> Rulebook:
    return replace(in_force, active=(Definition(NOBODYS, "preview", 1, rule),), preparing=())
