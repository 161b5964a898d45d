"""Lists of requests in which each item stands once, whether they are kept as sets or in their order."""

from collections.abc import Hashable, Sequence
from typing import Any

from pydantic import ValidationError, ValidationInfo, ValidatorFunctionWrapHandler, WrapValidator
from pydantic_core import InitErrorDetails, PydanticCustomError

from lealtad.scalars import STORED


def require_each_once(items: Sequence[Hashable], place: tuple[str | int, ...] = ()) -> None:
    """Raise ValidationError at the first of `items`, a list at `place`, that stands there before."""
    seen: set[Hashable] = set()
    for index, item in enumerate(items):
        if item in seen:
            error = PydanticCustomError("repeated", "is listed twice; list each item once")
            details = InitErrorDetails(type=error, loc=(*place, index), input=None)
            raise ValidationError.from_exception_data("list", [details])
        seen.add(item)


def _each_once(value: Any, handler: ValidatorFunctionWrapHandler, info: ValidationInfo[Any]) -> Any:
    read = handler(value)
    if info.context != STORED and isinstance(value, list):
        # A set has lost what stood twice; its items are scalars, which the JSON shows as well.
        require_each_once(value if isinstance(read, set | frozenset) else read)
    return read


EachOnce = WrapValidator(_each_once)
"""Metadata of a set or a list in a request, after its limits: an item that stands twice is refused, at its place."""
