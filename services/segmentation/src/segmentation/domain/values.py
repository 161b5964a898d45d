"""Values of conditions, parsed by the scale of what they are compared with."""

import re
from decimal import Decimal
from typing import Annotated

from pydantic import Field, StrictBool, StrictInt, StrictStr
from pydantic_core import PydanticCustomError

from lealtad.scalars import DECIMAL_PATTERN, ExactNumber
from segmentation.domain.vocabulary import MEMBERSHIP, OPERATORS, Operator, Scale, ValueType

MAX_VALUES = 200
MAX_DIGITS = 18
MAX_PLACES = 4

DecimalValue = Annotated[
    ExactNumber,
    Field(allow_inf_nan=False, max_digits=MAX_DIGITS, decimal_places=MAX_PLACES),
]
Text = Annotated[StrictStr, Field(min_length=1, max_length=80, pattern=r"^[^\x00-\x1f\x7f]*$")]
Value = StrictBool | StrictInt | Text | DecimalValue


def rule_error(message: str) -> PydanticCustomError:
    """Return the error for an invalid value; `message` says what is valid and repeats no input."""
    return PydanticCustomError("rule", "{message}", {"message": message})


def checked_value(scale: Scale, operator: Operator, value: Value | list[Value], name: str) -> Value | list[Value]:
    """Return `value` in the type of `scale`; raise ValueError where operator, type or bounds do not fit."""
    allowed = OPERATORS[scale.type]
    if operator not in allowed:
        choices = ", ".join(sorted(allowed))
        raise rule_error(f"operator '{operator}' cannot compare {scale.type} '{name}'; use one of {choices}")
    if operator not in MEMBERSHIP:
        if isinstance(value, list):
            raise rule_error(f"'{operator}' compares '{name}' with one value, not with a list")
        return _typed(scale, value, name)
    if not isinstance(value, list) or not 1 <= len(value) <= MAX_VALUES:
        raise rule_error(f"'{operator}' compares '{name}' with a list of 1 to {MAX_VALUES} values")
    return [_typed(scale, one, name) for one in value]


def _typed(scale: Scale, value: Value, name: str) -> Value:
    match scale.type, value:
        case (ValueType.BOOLEAN, bool()) | (ValueType.TEXT, str()):
            return value
        case (ValueType.BOOLEAN | ValueType.TEXT, _) | (_, bool()):
            raise rule_error(f"'{name}' is compared with a {scale.type}")
    number = _number(value, name)
    if scale.type is ValueType.INTEGER and number != number.to_integral_value():
        raise rule_error(f"'{name}' is compared with a whole number")
    if (scale.low is not None and number < scale.low) or (scale.high is not None and number > scale.high):
        raise rule_error(f"'{name}' is compared with a number from {scale.low} to {scale.high}")
    return int(number) if scale.type is ValueType.INTEGER else number


def _number(value: Value, name: str) -> Decimal:
    if isinstance(value, str) and not re.fullmatch(DECIMAL_PATTERN, value):
        raise rule_error(f"'{name}' is compared with a number")
    number = Decimal(value)
    exponent = number.as_tuple().exponent
    if not isinstance(exponent, int) or -exponent > MAX_PLACES:
        raise rule_error(f"'{name}' is compared with a number of at most {MAX_PLACES} decimals")
    return number
