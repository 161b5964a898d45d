"""The filter of a list of cases."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from lealtad.events.catalog.complaints import CaseKind, CaseStatus


@dataclass(frozen=True, slots=True)
class CaseFilter:
    """Conditions of a list of cases; a field that is None, or empty, excludes nothing."""

    statuses: Sequence[CaseStatus] = ()
    is_open: bool | None = None
    kind: CaseKind | None = None
    customer_id: UUID | None = None
    attached: bool | None = None
    due_before: datetime | None = None
