"""Types of values in addresses, where a number or a flag comes as a text, in one form only."""

import re
from typing import Annotated, Any

from pydantic import BeforeValidator

from lealtad.scalars import refused

_DIGITS = re.compile(r"-?[0-9]{1,20}")
_FLAGS = {"true": True, "false": False}


def _number(value: Any) -> Any:
    if isinstance(value, str) and _DIGITS.fullmatch(value):
        return int(value)
    raise refused("is no whole number; write it like 50")


def _flag(value: Any) -> Any:
    if isinstance(value, str) and value in _FLAGS:
        return _FLAGS[value]
    raise refused("is neither true nor false")


NumberInAddress = Annotated[int, BeforeValidator(_number)]
"""A whole number of a path or a query."""

FlagInAddress = Annotated[bool, BeforeValidator(_flag)]
"""A flag of a query: `true` or `false`."""
