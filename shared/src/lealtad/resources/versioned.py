"""Documents that managers create, change and retire; every version stays readable."""

from collections.abc import Awaitable, Callable
from http import HTTPStatus
from typing import Any, Generic, TypeVar
from uuid import UUID

from pydantic import BaseModel
from sqlalchemy import ColumnElement, MetaData

from lealtad.db import Connection, Row
from lealtad.http import Answer, Page, PageQuery, Problem, not_found, require_match
from lealtad.ids import new_id
from lealtad.resources import repository
from lealtad.resources.resource import Resource
from lealtad.unit_of_work import UnitOfWork

D = TypeVar("D", bound=BaseModel)


class VersionedResource(Resource, Generic[D]):
    """Documents under keys in `owned.<kind>`, with their versions in `owned.<kind>_version`.

    `model` is the document, in the column `document`. `shown` is the answer of the API: the fields of the document and
    the other columns, which are id, key, version, `retired`, who changed it and when. A version never changes. It is in
    force as soon as it is inserted. A retired document stays readable and is not in force; a change activates it again.

    `require_usable` raises 422 for a document that the service cannot use: see `lealtad.policies.tried`.
    `changed` emits the control event of a new version, in the same transaction.
    """

    def __init__(
        self,
        metadata: MetaData,
        kind: str,
        model: type[D],
        shown: type[BaseModel],
        *,
        document: str,
        retired: str,
        taken: Callable[[str], Problem],
        require_usable: Callable[[UnitOfWork, D], Awaitable[None]],
        changed: Callable[[UnitOfWork, Row, D], Awaitable[None]],
    ) -> None:
        table = repository.resource_table(metadata, kind, document=document, retired=retired)
        super().__init__(kind, table, taken=taken)
        self.versions = repository.version_table(table, document=document, retired=retired)
        self._id = f"{kind}_id"
        self._model = model
        self._shown = shown
        self._document = document
        self._retired = retired
        self._require_usable = require_usable
        self._changed = changed

    async def read_page(self, uow: UnitOfWork, page: PageQuery, *conditions: ColumnElement[bool]) -> Page[Any]:
        """Return a page of the resources that meet `conditions`, by ascending key."""
        rows = await self.page(uow.connection, page, *conditions)
        return Page.of(rows, page.limit, self.cursor_of, self._resource)

    async def read(self, uow: UnitOfWork, reference: UUID | str) -> Answer:
        """Return the answer of the newest version under an id or key, its number as ETag; raise 404 without one."""
        return self._answer(await self.existing(uow.connection, reference))

    async def read_version(self, uow: UnitOfWork, resource_id: UUID, version: int) -> BaseModel:
        """Return a version, in force or not; raise 404 when it does not exist."""
        row = await repository.read_version(uow.connection, self.key, self.versions, resource_id, version)
        if row is None:
            raise not_found(f"{self.kind} version", version)
        return self._resource(row)

    async def create(self, uow: UnitOfWork, key: str, document: D, *, by: str) -> Answer:
        """Insert a resource; raise 422 for an unusable document, and 409 when the key exists."""
        await self._require_usable(uow, document)
        stored = self._stored(uow, document, by, version=1, retired=False)
        row = await self.insert(uow.connection, **{self._id: new_id(), "key": key}, **stored)
        return await self._announced(uow, row, document, HTTPStatus.CREATED)

    async def change(
        self, uow: UnitOfWork, reference: UUID | str, document: D, *, if_match: str | None, by: str
    ) -> Answer:
        """Insert the next version, also of a retired resource; raise 404, 412 or 428 without the ETag, and 422."""
        row = await self._changeable(uow.connection, reference, if_match)
        await self._require_usable(uow, document)
        return await self._replaced(uow, row, document, by, retired=False)

    async def retire(self, uow: UnitOfWork, reference: UUID | str, *, if_match: str | None, by: str) -> Answer:
        """Retire a resource by a version of its own; raise 404, and 412 or 428 without the ETag."""
        row = await self._changeable(uow.connection, reference, if_match)
        return await self._replaced(uow, row, self._model.model_validate(row[self._document]), by, retired=True)

    async def _changeable(self, connection: Connection, reference: UUID | str, if_match: str | None) -> Row:
        row = await self.existing(connection, reference, lock=True)
        require_match(if_match, row.version, required=True)
        return row

    async def _replaced(self, uow: UnitOfWork, row: Row, document: D, by: str, *, retired: bool) -> Answer:
        stored = self._stored(uow, document, by, version=row.version + 1, retired=retired)
        row = await self.update(uow.connection, row.key, **stored)
        return await self._announced(uow, row, document, HTTPStatus.OK)

    async def _announced(self, uow: UnitOfWork, row: Row, document: D, status: HTTPStatus) -> Answer:
        await repository.insert_version(uow.connection, self.versions, row)
        await self._changed(uow, row, document)
        return self._answer(row, status)

    def _stored(self, uow: UnitOfWork, document: D, by: str, *, version: int, retired: bool) -> dict[str, Any]:
        return {
            "version": version,
            self._retired: retired,
            self._document: document.model_dump(mode="json"),
            "changed_at": uow.now,
            "changed_by": by,
        }

    def _answer(self, row: Row, status: HTTPStatus = HTTPStatus.OK) -> Answer:
        return Answer(self._resource(row), status=status, etag=row.version)

    def _resource(self, row: Row) -> BaseModel:
        columns = dict(row)
        return self._shown.model_validate({**columns.pop(self._document), **columns})
