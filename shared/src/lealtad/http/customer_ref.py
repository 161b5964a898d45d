"""References to customers: by id, or by the id in another system."""

import re
from dataclasses import dataclass
from typing import Self
from uuid import UUID

from lealtad.http.problem import InvalidField, invalid
from lealtad.keys import as_stored
from lealtad.scalars import parse_id

SOURCE_PATTERN = r"[a-z0-9-]{1,40}"
EXTERNAL_ID_PATTERN = r"[^/\x00-\x1f\x7f]{1,200}"
_EXTERNAL = re.compile(f"({SOURCE_PATTERN}):({EXTERNAL_ID_PATTERN})")


@dataclass(frozen=True, slots=True)
class CustomerRef:
    """A customer's `id`, or else the `source` system and the `external_id` in it."""

    id: UUID | None = None
    source: str | None = None
    external_id: str | None = None

    @classmethod
    def parse(cls, text: str, pointer: str = "ref") -> Self:
        """Parse an id (UUID) or `source:external_id`; raise 422, pointing at `pointer`, for anything else.

        The external id is normalised as at its intake: `shop:u1 ` names `shop:u1`. A path segment is
        percent-decoded already. An external id never contains `/`.
        """
        if (match := _EXTERNAL.fullmatch(text)) and (external_id := as_stored(match[2])).strip():
            return cls(source=match[1], external_id=external_id)
        if customer_id := parse_id(text):
            return cls(id=customer_id)
        hint = "a UUID such as 01890a5d-ac96-774b-bcce-b302099a8057, or source:external_id such as shop:12345"
        error = InvalidField(pointer=pointer, message="names no customer", hint=hint)
        raise invalid("Name the customer by id or by source:external_id.", [error])

    def __str__(self) -> str:
        """Return the reference in the form of a request."""
        return str(self.id) if self.id else f"{self.source}:{self.external_id}"
