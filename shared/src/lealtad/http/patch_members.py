"""Check of the members of a JSON Merge Patch (RFC 7396) against the model that it changes.

A patch alone must be checked: null removes a member, so the changed document no longer shows a misspelt name.
"""

from collections.abc import Collection, Iterator, Mapping
from typing import Any, get_args

from pydantic import BaseModel

from lealtad.http.known_names import hint_for_name, shown_name
from lealtad.http.problem import InvalidField, invalid


def require_known_members(patch: Mapping[str, Any], model: type[BaseModel], read_only: Collection[str] = ()) -> None:
    """Raise 422 when `patch` names a member that `model` lacks, at any depth; null counts like any value.

    `read_only` lists members that answers show and that no caller may set.
    """
    failures = list(_failures(patch, model, frozenset(read_only), ""))
    if failures:
        raise invalid("Correct the names listed in `errors`, or leave these members out.", failures)


def _failures(
    patch: Mapping[str, Any], model: type[BaseModel], read_only: frozenset[str], place: str
) -> Iterator[InvalidField]:
    fields = {field.alias or name: field for name, field in model.model_fields.items()}
    for name, value in patch.items():
        pointer = f"{place}/{shown_name(name).replace('~', '~0').replace('/', '~1')}"
        if name not in fields:
            yield _failure(name, pointer, fields, read_only)
        elif isinstance(value, Mapping) and (inner := _model_in(fields[name].annotation)):
            # Names that are read-only are so in the outermost object.
            yield from _failures(value, inner, frozenset(), pointer)


def _failure(name: str, pointer: str, known: Collection[str], read_only: frozenset[str]) -> InvalidField:
    if name in read_only:
        hint = f"leave it out; can be set: {', '.join(sorted(known))}"
        return InvalidField(pointer=pointer, message="cannot be set", hint=hint)
    return InvalidField(pointer=pointer, message="is not known here", hint=hint_for_name(name, known))


def _model_in(annotation: Any) -> type[BaseModel] | None:
    """Return the model of a member that is an object, or None for other types."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    return next((model for each in get_args(annotation) if (model := _model_in(each))), None)
