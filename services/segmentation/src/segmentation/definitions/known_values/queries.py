"""Queries of what a rule names that no customer can match."""

from collections import defaultdict

from lealtad.db import Connection
from lealtad.events.catalog.churn_scoring import SHIPPED_BANDS
from lealtad.mismatches import Mismatch
from segmentation.definitions.known_values import repository
from segmentation.domain.contradictions import find_contradictions
from segmentation.domain.known_values import ValueList, find_unknown, named_values
from segmentation.domain.rules import Rule
from segmentation.domain.vocabulary import Attribute
from segmentation.value.models import VALUE_POLICY

RULE_POINTER = "/rule"


async def find_mismatches(connection: Connection, rule: Rule) -> list[Mismatch]:
    """Return the values and conditions of a rule that no customer can match."""
    named: defaultdict[str, set[str]] = defaultdict(set)
    for value in named_values(rule, RULE_POINTER):
        named[value.list_name].add(value.value)
    lists = {name: await _read_list(connection, name, values) for name, values in named.items()}
    return [*find_unknown(rule, lists, RULE_POINTER), *find_contradictions(rule, RULE_POINTER)]


async def _read_list(connection: Connection, name: str, values: set[str]) -> ValueList:
    if name == Attribute.TIER:
        policy = (await VALUE_POLICY.in_force(connection)).policy
        return ValueList(frozenset(rule.tier for rule in policy.tiers), closed=True)
    if name == Attribute.CHURN_BAND:
        announced = await repository.find_bands(connection)
        return ValueList(frozenset(SHIPPED_BANDS) if announced is None else announced, closed=True)
    return ValueList(await repository.find_values(connection, name, values))
