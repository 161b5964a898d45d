"""The parts of the 360 view."""

from enum import StrEnum


class Part(StrEnum):
    """What a view may include beside the customer itself."""

    CONSENTS = "consents"
    TOTALS = "totals"
    CONTRACTS = "contracts"
    PURCHASES = "purchases"
    RETURNS = "returns"
    PAYMENTS = "payments"
    TOUCHPOINTS = "touchpoints"
    CASES = "cases"
    SEGMENTS = "segments"
    SCORE = "score"
    NEXT_BEST_ACTION = "next_best_action"
    RESPONSES = "responses"


ANNOUNCED = frozenset({Part.SEGMENTS, Part.SCORE, Part.NEXT_BEST_ACTION})
"""Parts that another service announces whole."""
