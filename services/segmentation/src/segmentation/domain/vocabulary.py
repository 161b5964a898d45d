"""Vocabulary of rules: attributes, metrics of activity, and moments to count days from."""

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum


class ValueType(StrEnum):
    """Type of the values that a condition compares."""

    TEXT = "text"
    INTEGER = "integer"
    DECIMAL = "decimal"
    BOOLEAN = "boolean"


class Operator(StrEnum):
    """Comparison of a condition."""

    EQUAL = "="
    NOT_EQUAL = "!="
    LESS = "<"
    AT_MOST = "<="
    MORE = ">"
    AT_LEAST = ">="
    IN = "in"
    NOT_IN = "not-in"


EQUALITY = frozenset({Operator.EQUAL, Operator.NOT_EQUAL})
MEMBERSHIP = frozenset({Operator.IN, Operator.NOT_IN})
ORDER = frozenset({Operator.LESS, Operator.AT_MOST, Operator.MORE, Operator.AT_LEAST})

OPERATORS: dict[ValueType, frozenset[Operator]] = {
    ValueType.TEXT: EQUALITY | MEMBERSHIP,
    ValueType.INTEGER: EQUALITY | MEMBERSHIP | ORDER,
    ValueType.DECIMAL: EQUALITY | ORDER,
    ValueType.BOOLEAN: EQUALITY,
}
"""The operators that make sense for a type."""


@dataclass(frozen=True, slots=True)
class Scale:
    """Type and bounds of the values of an attribute or a metric."""

    type: ValueType
    low: Decimal | None = None
    high: Decimal | None = None


class Attribute(StrEnum):
    """Attribute of a customer at the time of evaluation; unknown where no source gave it."""

    COUNTRY = "country"
    REGION = "region"
    LANGUAGE = "language"
    STRATUM = "stratum"
    AGE = "age"
    """Only the year of birth is known: a rule on age is met where it is met for every birth date of that year."""
    ACTIVE_CONTRACT = "active-contract"
    OPEN_COMPLAINT = "open-complaint"
    OPEN_CASES = "open-cases"
    CHURN_BAND = "churn-band"
    CHURN_PROBABILITY = "churn-probability"
    TIER = "tier"
    RFM_RECENCY = "rfm-recency"
    RFM_FREQUENCY = "rfm-frequency"
    RFM_MONETARY = "rfm-monetary"


BEHAVIOUR_ATTRIBUTES = frozenset(
    {
        Attribute.CHURN_BAND,
        Attribute.CHURN_PROBABILITY,
        Attribute.TIER,
        Attribute.RFM_RECENCY,
        Attribute.RFM_FREQUENCY,
        Attribute.RFM_MONETARY,
    }
)
"""Attributes derived from behaviour; the others are registered, or state of contracts and cases."""

TEXT = Scale(ValueType.TEXT)
FLAG = Scale(ValueType.BOOLEAN)
QUINTILE = Scale(ValueType.INTEGER, Decimal(1), Decimal(5))
COUNT = Scale(ValueType.INTEGER, Decimal(0), Decimal(1_000_000))
AMOUNT = Scale(ValueType.DECIMAL, Decimal(-1_000_000_000), Decimal(1_000_000_000))

ATTRIBUTES: dict[Attribute, Scale] = {
    Attribute.COUNTRY: TEXT,
    Attribute.REGION: TEXT,
    Attribute.LANGUAGE: TEXT,
    Attribute.STRATUM: Scale(ValueType.INTEGER, Decimal(1), Decimal(6)),
    Attribute.AGE: Scale(ValueType.INTEGER, Decimal(0), Decimal(130)),
    Attribute.ACTIVE_CONTRACT: FLAG,
    Attribute.OPEN_COMPLAINT: FLAG,
    Attribute.OPEN_CASES: COUNT,
    Attribute.CHURN_BAND: TEXT,
    Attribute.CHURN_PROBABILITY: Scale(ValueType.DECIMAL, Decimal(0), Decimal(1)),
    Attribute.TIER: TEXT,
    Attribute.RFM_RECENCY: QUINTILE,
    Attribute.RFM_FREQUENCY: QUINTILE,
    Attribute.RFM_MONETARY: QUINTILE,
}


class Metric(StrEnum):
    """Count or sum over a window of days; amounts are in the reporting currency."""

    PURCHASES = "purchases"
    PURCHASE_DAYS = "purchase-days"
    PURCHASE_AMOUNT = "purchase-amount"
    LARGEST_PURCHASE = "largest-purchase"
    NET_AMOUNT = "net-amount"
    PRODUCT_LINES = "product-lines"
    RETURNS = "returns"
    RETURNED_AMOUNT = "returned-amount"
    PAYMENTS = "payments"
    PAID_AMOUNT = "paid-amount"
    FAILED_PAYMENTS = "failed-payments"
    TOUCHPOINTS = "touchpoints"
    BAD_TOUCHPOINTS = "bad-touchpoints"
    OFFERS_ACCEPTED = "offers-accepted"
    OFFERS_REJECTED = "offers-rejected"


AMOUNTS = frozenset(
    {
        Metric.PURCHASE_AMOUNT,
        Metric.LARGEST_PURCHASE,
        Metric.NET_AMOUNT,
        Metric.RETURNED_AMOUNT,
        Metric.PAID_AMOUNT,
    }
)
METRICS: dict[Metric, Scale] = {metric: AMOUNT if metric in AMOUNTS else COUNT for metric in Metric}
WINDOW_ONLY = frozenset({Metric.PURCHASE_DAYS, Metric.PRODUCT_LINES})
"""Metrics that need a window, since their value over the whole life is not kept."""
BY_PRODUCT_LINE = frozenset(
    {
        Metric.PURCHASES,
        Metric.PURCHASE_DAYS,
        Metric.PURCHASE_AMOUNT,
        Metric.NET_AMOUNT,
        Metric.RETURNS,
        Metric.RETURNED_AMOUNT,
    }
)
"""Metrics that can be narrowed to one product line."""


class Moment(StrEnum):
    """Day of a first or last event; unknown where the event never happened."""

    FIRST_PURCHASE = "first-purchase"
    LAST_PURCHASE = "last-purchase"
    LAST_RETURN = "last-return"
    LAST_PAYMENT = "last-payment"
    LAST_FAILED_PAYMENT = "last-failed-payment"
    LAST_TOUCHPOINT = "last-touchpoint"
    LAST_CASE = "last-case"
    REGISTRATION = "registration"


NO_BEHAVIOUR_MOMENTS = frozenset({Moment.LAST_CASE, Moment.REGISTRATION})
"""Moments that are no behaviour of a buyer; all other moments, and all metrics, are behaviour."""
