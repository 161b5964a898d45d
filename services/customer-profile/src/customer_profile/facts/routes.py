"""Routes of facts, made from the descriptors of their kinds."""

import re
from collections.abc import Callable
from inspect import Parameter, Signature
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Response
from fastapi import Query as QueryParameters
from pydantic import BaseModel

from customer_profile.facts import queries
from customer_profile.facts.commands.group_commits import GroupCommit
from customer_profile.facts.kinds.descriptor import FactKind, FactList
from customer_profile.facts.kinds.registry import FactKinds
from customer_profile.facts.schemas import FactFilters, FactRequest
from customer_profile.fields import FactRefInPath
from customer_profile.metrics import count_fact
from lealtad.http import (
    Command,
    CustomerRefInPath,
    InvalidField,
    Page,
    PageQuery,
    PageWanted,
    Problem,
    Query,
    invalid,
    problems,
    reads,
    writes,
)

FactsCommand = Annotated[Command, Depends(writes("facts:write"))]
FactsQuery = Annotated[Query, Depends(reads("facts:read"))]
CustomersQuery = Annotated[Query, Depends(reads("customers:read"))]
ORDER_OF_LISTS = "The newest first: of one customer by the time they happened, of all customers by arrival."
PATH_PARAMETER = re.compile(r"{(\w+)}")


def fact_routes(kinds: FactKinds) -> APIRouter:
    """Return the routes that record, list and read facts of these kinds."""
    router = APIRouter(prefix="/v1")
    for kind in kinds:
        _add_intake(router, kind)
        if kind.listed:
            _add_list(router, kind, kind.listed)
        if kind.listed and kind.listed.single:
            _add_single(router, kind, kind.listed.single)
        if kind.listed and kind.listed.of_customer:
            _add_list_of_customer(router, kind)
    return router


def _add_intake(router: APIRouter, kind: FactKind[Any]) -> None:
    address = PATH_PARAMETER.findall(kind.intake_path)

    async def record(body: FactRequest, command: Command, **address: str) -> Response:
        return await _record(command, _with_address(body, address))

    _declare(record, kind.description, body=kind.request, command=FactsCommand, **dict.fromkeys(address, FactRefInPath))
    again: dict[int | str, dict[str, Any]] = {
        200: {"model": kind.resource, "description": "The same fact was recorded before"}
    }
    router.add_api_route(
        kind.intake_path,
        record,
        methods=["POST"],
        name=kind.intake_operation,
        tags=[kind.plural],
        status_code=201,
        response_model=kind.resource,
        responses={**again, **problems(404, 409, 410)},
    )


def _add_list(router: APIRouter, kind: FactKind[Any], listed: FactList) -> None:
    async def list_facts(query: Query, page: PageQuery, filters: FactFilters) -> Response:
        return await query.run(lambda uow: queries.list_facts(uow, kind, filters, page))

    summary = listed.summary or f"List {kind.plural}."
    description = f"{summary}\n\n{ORDER_OF_LISTS}"
    filters: Any = Annotated[listed.filters, QueryParameters()]
    _declare(list_facts, description, query=FactsQuery, page=PageWanted, filters=filters)
    name, model = f"list_{kind.plural}", Page[kind.resource]  # type: ignore[name-defined]
    _add_read(router, f"/{kind.plural}", list_facts, name=name, tag=kind.plural, model=model)


def _add_single(router: APIRouter, kind: FactKind[Any], summary: str) -> None:
    async def read_fact(query: Query, **address: str) -> Response:
        return await query.run(lambda uow: queries.read_fact(uow, kind, address[kind.name]))

    description = f"{summary}\n\nBy our id, or by the id of its source."
    _declare(read_fact, description, query=FactsQuery, **{kind.name: FactRefInPath})
    path = f"/{kind.plural}/{{{kind.name}}}"
    _add_read(router, path, read_fact, name=f"read_{kind.name}", tag=kind.plural, model=kind.resource)


def _add_list_of_customer(router: APIRouter, kind: FactKind[Any]) -> None:
    async def list_facts(ref: str, query: Query, page: PageQuery) -> Response:
        filters = FactFilters(customer=ref)
        return await query.run(lambda uow: queries.list_facts(uow, kind, filters, page))

    description = f"List a customer's {kind.plural}.\n\nThe newest first, by the time they happened."
    _declare(list_facts, description, ref=CustomerRefInPath, query=CustomersQuery, page=PageWanted)
    name, path = f"list_{kind.plural}_of_customer", f"/customers/{{ref}}/{kind.plural}"
    model = Page[kind.resource]  # type: ignore[name-defined]
    _add_read(router, path, list_facts, name=name, tag="customers", model=model)


def _add_read(
    router: APIRouter, path: str, handler: Callable[..., Any], *, name: str, tag: str, model: type[BaseModel]
) -> None:
    router.add_api_route(
        path, handler, methods=["GET"], name=name, tags=[tag], response_model=model, responses=problems(404)
    )


def _declare(handler: Callable[..., Any], description: str, **annotations: Any) -> None:
    """Give a handler the description and the typed parameters that FastAPI reads from it."""
    handler.__doc__ = description
    parameters = [Parameter(name, Parameter.KEYWORD_ONLY, annotation=type_) for name, type_ in annotations.items()]
    handler.__signature__ = Signature(parameters)  # type: ignore[attr-defined]


def _with_address(body: FactRequest, address: dict[str, str]) -> FactRequest:
    """Return the request with the fields that its address names; raise 422 where the body names others."""
    for field, ref in address.items():
        if getattr(body, field) not in (None, ref):
            error = InvalidField(
                pointer=f"/{field}", message=f"names another {field} than the address", hint="leave it out"
            )
            raise invalid(f"Name one {field}.", [error])
    return body.model_copy(update=address) if address else body


async def _record(command: Command, fact: FactRequest) -> Response:
    resources = command.runtime.database.resources
    resources.intake_throttle.note_live()
    group_commit: GroupCommit = resources.group_commit
    try:
        answer = await group_commit.submit(fact, command.context.traceparent, await command.idempotent_request())
    except Problem as problem:
        count_fact(fact.type, problem.status)
        raise
    count_fact(fact.type, answer.status)
    return answer.response()
