"""Refusal of unknown query parameters: an ignored filter would answer with the wrong rows."""

from typing import Any, get_args, get_origin

from fastapi import Request, params
from fastapi.dependencies.utils import get_flat_params
from fastapi.routing import APIRoute

from lealtad.http.known_names import hint_for_name, shown_name
from lealtad.http.problem import InvalidField, invalid


class KnownParameters:
    """The query parameters of one route, and which of them may be repeated."""

    def __init__(self, route: APIRoute) -> None:
        self._repeatable = {
            field.alias: _is_list(field.field_info.annotation)
            for field in get_flat_params(route.dependant)
            # The fields of a model of filters are plain fields.
            if not isinstance(field.field_info, params.Path | params.Header | params.Cookie)
        }

    def failures(self, names: list[str]) -> list[InvalidField]:
        """Return the errors of the names in a query, in their order."""
        return [
            self._failure(name, times=names.count(name))
            for name in dict.fromkeys(names)
            if name not in self._repeatable or (names.count(name) > 1 and not self._repeatable[name])
        ]

    def _failure(self, name: str, times: int) -> InvalidField:
        if name in self._repeatable:
            return InvalidField(pointer=shown_name(name), message=f"is given {times} times", hint="once")
        hint = hint_for_name(name, self._repeatable)
        return InvalidField(pointer=shown_name(name), message="is not a parameter of this route", hint=hint)


def require_known_parameters(request: Request) -> None:
    """Raise 422 when the query of `request` has an unknown parameter, or repeats one that is no list."""
    names = [name for name, _ in request.query_params.multi_items()]
    if names and (failures := KnownParameters(request.scope["route"]).failures(names)):
        raise invalid("Correct the query parameters named in `errors`, or leave them out.", failures)


def _is_list(annotation: Any) -> bool:
    return get_origin(annotation) in {list, set, tuple} or any(map(_is_list, get_args(annotation)))
