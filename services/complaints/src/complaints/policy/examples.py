"""Examples of requests in the API documents."""

from importlib.resources import files
from typing import Any

from pydantic_core import from_json

SHIPPED_POLICY: dict[str, Any] = from_json(files("complaints.policy").joinpath("defaults.json").read_bytes())
"""The policy of a new deployment; the first migration inserts a frozen copy as version 1."""
