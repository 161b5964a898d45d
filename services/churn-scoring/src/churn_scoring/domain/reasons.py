"""The reasons of a score: the steps from a newcomer's score to the customer's score.

The reference is a customer who bought for the first time today. Groups of features are replaced by the customer's
features, one group after the other in a fixed order. The effect of a group is the change of the probability at its
step. So the effects add up exactly to the difference from a newcomer, for any model. A joint effect of two groups
counts for the later group.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from churn_scoring.domain.features import COLUMN, FEATURES, Columns, Floats, Profile, feature_rows
from churn_scoring.domain.models import ChurnModel

LISTED = 5
SMALLEST_EFFECT = 0.005

BUYING = ("buys_30", "buys_90", "buys_365", "spend_30", "spend_90", "spend_365")
RHYTHM = ("frequency", "recency", "usual_gap", "gap_deviation", "gap_smoothed", "mean_order")
CLOCK = ("silence", "age", "gap_ratio", *BUYING)


@dataclass(frozen=True, slots=True)
class Reason:
    """A reason of a score: a stable code, a sentence, and its effect on the probability."""

    code: str
    text: str
    effect: float


def reasons_for(model: ChurnModel, profiles: Sequence[Profile], columns: Columns, day: int) -> list[list[Reason]]:
    """Return the main reasons of each profile's score, the strongest first."""
    own = feature_rows(columns, day)
    just_bought = feature_rows(columns, columns["last_purchase_day"])
    steps = [_newcomer_rows(own)]
    for group in GROUPS:
        step = steps[-1].copy()
        _copy(step, own, group.features)
        if group.code == "purchase-history":
            _copy(step, just_bought, CLOCK)
        steps.append(step)
    probabilities = model.probabilities(np.vstack(steps)).reshape(len(steps), len(own))
    effects = np.diff(probabilities, axis=0)
    return [_strongest_reasons(effects[:, place], own[place], profile) for place, profile in enumerate(profiles)]


def reason_of_newcomer(profile: Profile) -> Reason:
    """Return the reason of a score that equals the reference."""
    if profile.history.purchases == 1:
        return Reason("newcomer", "One purchase so far: the risk is that of who just bought for the first time", 0.0)
    return Reason("newcomer", "Nothing known so far sets the risk apart from that of a first-time buyer", 0.0)


def _newcomer_rows(own: Floats) -> Floats:
    rows = np.zeros_like(own)
    for name in ("usual_gap", "gap_deviation", "gap_smoothed", "gap_ratio", "contact_silence"):
        rows[:, COLUMN[name]] = np.nan
    rows[:, COLUMN["offer_acceptance"]] = 0.5
    for name in BUYING:
        rows[:, COLUMN[name]] = 1.0 if name.startswith("buys") else own[:, COLUMN["mean_order"]]
    rows[:, COLUMN["mean_order"]] = own[:, COLUMN["mean_order"]]
    return rows


def _copy(into: Floats, source: Floats, names: Sequence[str]) -> None:
    places = [COLUMN[name] for name in names]
    into[:, places] = source[:, places]


def _strongest_reasons(effects: Floats, row: Floats, profile: Profile) -> list[Reason]:
    values = dict(zip(FEATURES, row.tolist(), strict=True))
    order = sorted(range(len(GROUPS)), key=lambda place: -abs(effects[place]))
    return [
        Reason(GROUPS[place].code, GROUPS[place].describe(values, profile), float(effects[place]))
        for place in order[:LISTED]
        if abs(effects[place]) >= SMALLEST_EFFECT
    ]


def _describe_history(values: dict[str, float], profile: Profile) -> str:
    bought_on = profile.history.purchase_days
    if bought_on <= 1:
        return "Bought on one day so far"
    return (
        f"Bought on {bought_on} days within {_days(values['recency'])}, every {_days(values['usual_gap'])} on average"
    )


def _describe_silence(values: dict[str, float], profile: Profile) -> str:
    if profile.history.purchase_days <= 1:
        return f"{_days(values['silence'])} since the only purchase"
    return f"{_days(values['silence'])} since the last purchase, usual gap {_days(values['usual_gap'])}"


def _describe_complaints(_values: dict[str, float], profile: Profile) -> str:
    return f"Open cases: {profile.open_cases}, complaints so far: {profile.history.complaints}"


def _describe_payments(values: dict[str, float], _profile: Profile) -> str:
    return f"Failed payments lately: {values['payment_failures_90']:.1f}, where one of 90 days ago counts half"


def _describe_contacts(values: dict[str, float], _profile: Profile) -> str:
    bad, all_of_them = values["negative_touchpoints_90"], values["touchpoints_90"]
    return f"Contacts lately: {all_of_them:.1f}, of which negative {bad:.1f}; one of 90 days ago counts half"


def _describe_returns(values: dict[str, float], _profile: Profile) -> str:
    share = values["return_share"]
    return f"{0 if np.isnan(share) else share:.0%} of the money spent was for goods returned"


def _describe_offers(_values: dict[str, float], profile: Profile) -> str:
    return f"Offers accepted: {profile.history.offers_accepted}, rejected: {profile.history.offers_rejected}"


def _describe_contracts(_values: dict[str, float], profile: Profile) -> str:
    return f"Active contracts: {profile.active_contracts}"


def _days(number: float) -> str:
    return "1 day" if round(number) == 1 else f"{number:.0f} days"


@dataclass(frozen=True, slots=True)
class Group:
    """Features that make up one reason."""

    code: str
    features: tuple[str, ...]
    describe: Callable[[dict[str, float], Profile], str]


GROUPS = (
    Group("purchase-history", RHYTHM, _describe_history),
    Group("silence", CLOCK, _describe_silence),
    Group("complaints", ("open_cases", "complaints_90"), _describe_complaints),
    Group("payments", ("payments_90", "payment_failures_90"), _describe_payments),
    Group("contacts", ("touchpoints_90", "negative_touchpoints_90", "contact_silence"), _describe_contacts),
    Group("returns", ("return_share", "returns_90"), _describe_returns),
    Group("offers", ("offer_acceptance",), _describe_offers),
    Group("contracts", ("active_contracts",), _describe_contracts),
)
"""Every feature belongs to one group, in the order of explanation."""
