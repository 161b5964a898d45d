"""Names that a caller misspelt, and the nearest known name."""

from collections.abc import Iterable
from difflib import get_close_matches

LONGEST_NAME = 100
"""Characters of a caller's name in an answer."""


def hint_for_name(name: str, known: Iterable[str]) -> str:
    """Return the known name that is nearest to `name`, or all known names when none is near."""
    names = sorted(known)
    nearest = get_close_matches(name, names, n=1, cutoff=0.5)
    return f"did you mean {nearest[0]}?" if nearest else f"known here: {', '.join(names) or 'none'}"


def shown_name(name: str) -> str:
    """Return `name` as an answer shows it: in part when it is long."""
    return name if len(name) <= LONGEST_NAME else f"{name[:LONGEST_NAME]}…"
