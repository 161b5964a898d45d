"""The members that the models of a request know, at a place of the request."""

from collections.abc import Iterator, Sequence
from types import UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from pydantic import BaseModel
from typing_extensions import TypeAliasType


def members_at(root: Any, path: Sequence[str | int]) -> frozenset[str]:
    """Return the names of the members at `path` of a request of the type `root`; none where no model stands.

    A path of pydantic's also holds the names of the chosen members of unions.
    """
    types = list(_alternatives(root))
    for step in path:
        types = [found for each in types for found in _inside(each, step)]
    return frozenset(str(name) for each in types if _is_model(each) for name in _fields(each))


def _alternatives(annotation: Any) -> Iterator[Any]:
    """Yield the types that a value may have."""
    origin = get_origin(annotation)
    if isinstance(annotation, TypeAliasType):
        yield from _alternatives(annotation.__value__)
    elif origin is Annotated:
        yield from _alternatives(get_args(annotation)[0])
    elif origin in {Union, UnionType}:
        for each in get_args(annotation):
            yield from _alternatives(each)
    else:
        yield annotation


def _inside(annotation: Any, step: str | int) -> Iterator[Any]:
    """Yield the types at a step of a path: of a member, of an item, or of the member of a union that it chose."""
    if _is_model(annotation):
        fields = _fields(annotation)
        if step in fields:
            yield from _alternatives(fields[step])
        elif step == annotation.__name__ or _is_kind(annotation, step):
            yield annotation
    elif get_origin(annotation) is dict:
        yield from _alternatives(get_args(annotation)[1])
    elif isinstance(step, int) and get_args(annotation):
        yield from _alternatives(get_args(annotation)[0])


def _fields(model: type[BaseModel]) -> dict[str | int, Any]:
    return {field.alias or name: field.annotation for name, field in model.model_fields.items()}


def _is_kind(model: type[BaseModel], step: str | int) -> bool:
    literals = (get_args(field.annotation) for field in model.model_fields.values() if _is_literal(field.annotation))
    return any(step in values for values in literals)


def _is_literal(annotation: Any) -> bool:
    return get_origin(annotation) is Literal


def _is_model(annotation: Any) -> bool:
    return isinstance(annotation, type) and issubclass(annotation, BaseModel)
