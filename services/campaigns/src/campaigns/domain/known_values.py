"""Known values of audiences, and the values of an audience that no customer can match."""

from collections.abc import Iterator
from dataclasses import dataclass

from campaigns.domain.audience import Audience
from lealtad.mismatches import Mismatch, quoted


@dataclass(frozen=True, slots=True)
class KnownValues:
    """The values that the services which own them announced."""

    bands: frozenset[str]
    tiers: frozenset[str]
    segments: frozenset[str]
    """Keys of the segments in force."""
    archived_segments: frozenset[str] = frozenset()


def find_mismatches(audience: Audience, known: KnownValues, pointer: str) -> Iterator[Mismatch]:
    """Yield the values in the audience at the JSON Pointer `pointer` that no customer can have.

    Bands and tiers are closed lists. A segment may be created later, so an unknown one is only doubtful.
    """
    closed = (("churn_bands", "churn band", known.bands), ("tiers", "value tier", known.tiers))
    for field, label, values in closed:
        for value in sorted(getattr(audience, field) - values):
            message = f"there is no {label}{quoted(value)}"
            yield Mismatch.of(f"{pointer}/{field}", message, value, values, refused=True)
    for field in ("segments_any", "segments_all", "segments_none"):
        for key in sorted(getattr(audience, field) - known.segments):
            yield _unknown_segment(f"{pointer}/{field}", key, known)


def _unknown_segment(pointer: str, key: str, known: KnownValues) -> Mismatch:
    segment = f"the segment{quoted(key)}"
    message = f"{segment} is archived" if key in known.archived_segments else f"{segment} is not in force"
    return Mismatch.of(pointer, f"{message}: no customer is in it", key, known.segments)
