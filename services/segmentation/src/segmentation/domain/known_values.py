"""Known values of attributes and product lines, and the values of a rule that are not among them."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from lealtad.codes import COUNTRIES, LANGUAGES, NO_COUNTRY, NO_LANGUAGE
from lealtad.mismatches import Mismatch, quoted
from segmentation.domain.rules import ActivityCondition, AttributeCondition, Rule, located_conditions
from segmentation.domain.vocabulary import Attribute

PRODUCT_LINE = "product-line"
LABELS: Mapping[str, str] = {
    Attribute.TIER: "value tier",
    Attribute.CHURN_BAND: "churn band",
    Attribute.COUNTRY: "country",
    Attribute.REGION: "region",
    Attribute.LANGUAGE: "language",
    PRODUCT_LINE: "product line",
}
"""The lists whose values are checked, with the word for one value."""
CODES: Mapping[str, tuple[frozenset[str], str]] = {
    Attribute.COUNTRY: (COUNTRIES, NO_COUNTRY),
    Attribute.LANGUAGE: (LANGUAGES, NO_LANGUAGE),
}
"""The codes of open lists that are parts of closed ones, with the message about another value."""


@dataclass(frozen=True, slots=True)
class ValueList:
    """The known values of an attribute or of product lines.

    `closed`: no other value can ever occur under the policies in force. Else the list holds what occurs now.
    """

    values: frozenset[str]
    closed: bool = False


@dataclass(frozen=True, slots=True)
class NamedValue:
    """A value of a checked list, and its place in the rule."""

    pointer: str
    list_name: str
    value: str


def named_values(rule: Rule, pointer: str) -> Iterator[NamedValue]:
    """Yield the values of the checked lists that the rule at `pointer` names."""
    for place, condition in located_conditions(rule, pointer):
        match condition:
            case AttributeCondition(attribute=attribute, value=list() as values) if attribute in LABELS:
                for index, value in enumerate(values):
                    yield NamedValue(f"{place}/value/{index}", attribute, str(value))
            case AttributeCondition(attribute=attribute, value=value) if attribute in LABELS:
                yield NamedValue(f"{place}/value", attribute, str(value))
            case ActivityCondition(product_line=str() as line):
                yield NamedValue(f"{place}/product_line", PRODUCT_LINE, line)


def find_unknown(rule: Rule, lists: Mapping[str, ValueList], pointer: str) -> Iterator[Mismatch]:
    """Yield the values in the rule at `pointer` that `lists` do not hold."""
    for named in named_values(rule, pointer):
        known = lists[named.list_name]
        if named.value in known.values:
            continue
        codes, advice = CODES.get(named.list_name, ({named.value}, ""))
        if named.value not in codes:
            yield Mismatch.of(named.pointer, advice, named.value, codes, refused=True)
            continue
        label = f"{LABELS[named.list_name]}{quoted(named.value)}"
        message = f"there is no {label}" if known.closed else f"no customer has the {label} now"
        yield Mismatch.of(named.pointer, message, named.value, known.values, refused=known.closed)
