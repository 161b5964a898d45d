"""Queries of previews."""

from uuid import UUID

from lealtad.http import warnings_of
from lealtad.unit_of_work import UnitOfWork
from segmentation.definitions.known_values.queries import find_mismatches
from segmentation.definitions.preview import repository
from segmentation.definitions.preview.schemas import Preview, PreviewRequest
from segmentation.definitions.queries.rulebook import read_evaluator
from segmentation.domain.rulebook import Definition

NO_SEGMENT = UUID(int=0)


async def read_preview(uow: UnitOfWork, request: PreviewRequest) -> Preview:
    """Return how many customers meet a rule, from at most about `repository.MAX_CUSTOMERS` evaluated ones.

    Raise 422 where the rule names a value that is in no closed list.
    """
    warnings = warnings_of(await find_mismatches(uow.connection, request.rule))
    rulebook = (await read_evaluator(uow.connection)).rulebook
    previewed = rulebook.with_only(Definition(NO_SEGMENT, "preview", 1, request.rule))
    base = await repository.read_base_size(uow.connection)
    result = await repository.evaluate_share(uow.connection, previewed, base.percent, uow.now, request.samples)
    customers = base.customers if base.sampled else result.evaluated
    share = result.matching / result.evaluated if result.evaluated else 0
    return Preview(
        evaluated=result.evaluated,
        matching=result.matching,
        sampled=base.sampled,
        customers=customers,
        estimated_members=round(customers * share),
        samples=result.samples,
        as_of=uow.now,
        warnings=warnings,
    )
