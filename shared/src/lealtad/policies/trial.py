"""The trial of a document before it comes into force: the code that obeys it uses it once, on sample inputs.

Stored versions are not tried again. So they stay readable when the trial gets stricter.
"""

from collections.abc import Callable
from typing import TypeVar

import structlog

from lealtad.http import InvalidField, Problem, SafeValueError, invalid

log = structlog.get_logger(__name__)

T = TypeVar("T")
DETAIL = "The service could not obey this document. Correct what `errors` lists and send it again."


def tried(document: T, try_out: Callable[[T], object]) -> None:
    """Raise 422 when `try_out` cannot use `document`.

    `try_out` raises SafeValueError, with the field, for values that it knows to be impossible. Any other error becomes
    a 422, too: it would come back with every request that obeys the document.
    """
    try:
        try_out(document)
    except SafeValueError as refusal:
        raise _refused(str(refusal), refusal.field) from None
    except Problem:
        raise
    except Exception as error:
        log.warning("document_not_obeyed", document=type(document).__name__, exc_info=error)
        message = "its values cannot be used together: change those that differ most from the document in force"
        raise _refused(message) from error


def _refused(message: str, field: str | None = None) -> Problem:
    return invalid(DETAIL, [InvalidField(pointer=f"/{field}" if field else "", message=message)])
