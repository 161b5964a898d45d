"""Alert rules over a course of scrapes: which alerts fire, and for which labels."""

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any

from .promql import SECONDS, UnknownExpressionError, parse
from .samples import History, Labels, Scrape

KNOWN = {"alert", "expr", "for", "labels", "annotations"}


def firing(rules: Iterable[Mapping[str, Any]], timeline: Iterable[tuple[float, Scrape]]) -> dict[str, set[Labels]]:
    """Return the alerts that fire at least once, each with its labels; rules are evaluated after each scrape."""
    history = History()
    nodes = [(rule["alert"], parse(rule["expr"]), _wait_s(rule)) for rule in rules]
    since: dict[str, dict[Labels, float]] = defaultdict(dict)
    fired: dict[str, set[Labels]] = defaultdict(set)
    for time, scrape in timeline:
        history.add(time, scrape)
        for name, node, wait_s in nodes:
            found = node(history)
            if not isinstance(found, dict):
                raise UnknownExpressionError(f"{name} is a number")
            since[name] = {labels: since[name].get(labels, time) for labels in found}
            fired[name] |= {labels for labels, began in since[name].items() if time - began >= wait_s}
    return {name: labels for name, labels in fired.items() if labels}


def _wait_s(rule: Mapping[str, Any]) -> float:
    """Return the seconds that the condition of a rule has to hold."""
    duration = re.fullmatch(r"(\d+)([smhd])", rule.get("for", "0s"))
    if not duration or not set(rule) <= KNOWN:
        raise UnknownExpressionError(f"{set(rule) - KNOWN or rule['for']} of {rule['alert']}")
    return int(duration[1]) * SECONDS[duration[2]]
