"""A versioned policy: read in force or by version, tried out, and replaced as a whole."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache, partial
from typing import Any, Generic, TypeVar

from pydantic import BaseModel, JsonValue
from sqlalchemy import MetaData

from lealtad.db import Connection, Row
from lealtad.http import Answer, InvalidField, invalid, not_found, require_match
from lealtad.keys import personal_data_in
from lealtad.policies import repository
from lealtad.policies.schemas import PolicyStamp
from lealtad.policies.trial import tried
from lealtad.scalars import STORED
from lealtad.unit_of_work import UnitOfWork

P = TypeVar("P", bound=BaseModel)


@dataclass(frozen=True, slots=True)
class PolicyVersion(Generic[P]):
    """A version of a policy, which never changes."""

    version: int
    policy: P
    changed_at: datetime
    changed_by: str


class Policy(Generic[P]):
    """The policy in the table `owned.<name>`; the first version comes with a migration.

    `model` is the policy itself. `shown` is the answer of the API: the policy with the fields of `PolicyStamp`.
    `try_out` uses a policy once as the service will: see `lealtad.policies.trial`.
    """

    def __init__(
        self,
        metadata: MetaData,
        name: str,
        model: type[P],
        shown: type[PolicyStamp],
        *,
        try_out: Callable[[P], object],
    ) -> None:
        self.table = repository.policy_table(metadata, name)
        self._shown = shown
        self._try_out = try_out
        # A version never changes, so a process parses each version once.
        self.parse = lru_cache(maxsize=64)(partial(model.model_validate_json, context=STORED))

    async def in_force(self, connection: Connection) -> PolicyVersion[P]:
        """Return the newest version."""
        row = await repository.read(connection, self.table)
        if row is None:
            raise LookupError(f"{self.table.name} is empty: its first version comes with a migration")
        return self._version(row)

    async def in_force_at(self, connection: Connection, moment: datetime) -> PolicyVersion[P]:
        """Return the version in force at `moment` (business time); before all changes, the first version."""
        return self._version(await repository.read_at(connection, self.table, moment))

    async def of_version(self, connection: Connection, version: int) -> PolicyVersion[P]:
        """Return a version; raise 404 when it does not exist."""
        row = await repository.read(connection, self.table, version)
        if row is None:
            raise not_found("policy version", version)
        return self._version(row)

    async def read(self, uow: UnitOfWork, version: int) -> Answer:
        """Return the answer of a version; raise 404 when it does not exist."""
        return self.answer(await self.of_version(uow.connection, version))

    async def read_in_force(self, uow: UnitOfWork) -> Answer:
        """Return the answer of the newest version."""
        return self.answer(await self.in_force(uow.connection))

    async def replace(self, uow: UnitOfWork, wanted: P, *, if_match: str | None, by: str) -> PolicyVersion[P]:
        """Insert `wanted` as the next version, which is in force; raise 412 or 428 without the ETag of its predecessor.

        Raise 422 when a setting is missing, since its default would come into force unnoticed. Raise 422 when the
        service could not obey `wanted`, and when a text looks like personal data: names of tiers, bands and rules
        travel with events.
        """
        _require_whole(wanted)
        tried(wanted, self._try_out)
        await repository.lock(uow.connection, self.table)
        current = await self.in_force(uow.connection)
        require_match(if_match, current.version, required=True)
        version = PolicyVersion(current.version + 1, wanted, uow.now, by)
        document = wanted.model_dump(mode="json", by_alias=True)
        _require_travelling_keys(document)
        await repository.add(uow.connection, self.table, document, version=version.version, at=uow.now, by=by)
        return version

    async def change(self, uow: UnitOfWork, wanted: P, *, if_match: str | None, by: str) -> Answer:
        """Replace the policy and return the answer of the new version."""
        return self.answer(await self.replace(uow, wanted, if_match=if_match, by=by))

    def answer(self, version: PolicyVersion[P]) -> Answer:
        """Return the answer of a version: its settings, its stamp, and its number as ETag."""
        stamp = {"version": version.version, "changed_at": version.changed_at, "changed_by": version.changed_by}
        body = self._shown.model_validate(version.policy.model_dump(mode="json", by_alias=True) | stamp, context=STORED)
        return Answer(body, etag=version.version)

    def _version(self, row: Row) -> PolicyVersion[P]:
        return PolicyVersion(row.version, self.parse(row.policy), row.changed_at, row.changed_by)


def _require_travelling_keys(document: Mapping[str, Any]) -> None:
    errors = [
        InvalidField(pointer=pointer, message=f"looks like {kind}", hint="a name that says nothing about a person")
        for pointer, text in _texts(document)
        if (kind := personal_data_in(text))
    ]
    if errors:
        raise invalid("Names in a policy travel with events: send others.", errors)


def _texts(value: JsonValue | Mapping[str, Any], pointer: str = "") -> Iterator[tuple[str, str]]:
    """Yield every text in a document, including names of members, with its JSON Pointer."""
    if isinstance(value, str):
        yield pointer, value
    elif isinstance(value, list):
        for place, member in enumerate(value):
            yield from _texts(member, f"{pointer}/{place}")
    elif isinstance(value, Mapping):
        for name, member in value.items():
            within = f"{pointer}/{name}"
            yield within, name
            yield from _texts(member, within)


def _require_whole(wanted: BaseModel) -> None:
    if missing := [name for name in type(wanted).model_fields if name not in wanted.model_fields_set]:
        hint = "send the policy as it is read, with what is to be another changed"
        raise invalid(
            "Send the whole policy.",
            [InvalidField(pointer=f"/{name}", message="is missing", hint=hint) for name in missing],
        )
