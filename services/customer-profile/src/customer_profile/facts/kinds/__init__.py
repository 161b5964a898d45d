"""The kinds of facts there are."""

from enum import StrEnum


class Kind(StrEnum):
    """What happened; contracts have three kinds."""

    PURCHASE = "purchase"
    RETURN = "return"
    PAYMENT = "payment"
    TOUCHPOINT = "touchpoint"
    CONTRACT_START = "contract-start"
    CONTRACT_CHANGE = "contract-change"
    CONTRACT_CANCEL = "contract-cancel"
