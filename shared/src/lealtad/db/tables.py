"""The tables of a service."""

from importlib import import_module
from importlib.util import find_spec
from pkgutil import iter_modules

from sqlalchemy import MetaData


def metadata_of(package: str) -> MetaData:
    """Return `METADATA` of `<package>.metadata` with the tables of every feature.

    Import the `models` module of each feature: that registers its tables, also where a feature uses SQL text only.
    """
    for feature in iter_modules(import_module(package).__path__):
        models = f"{package}.{feature.name}.models"
        if feature.ispkg and find_spec(models):
            import_module(models)
    metadata: MetaData = import_module(f"{package}.metadata").METADATA
    return metadata
