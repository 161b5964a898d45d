"""What has to hold once everything has settled, whatever happened before.

Each check yields what it finds wrong, in words; `violations` runs them all.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Hashable, Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from uuid import UUID

from lealtad.events.subscriptions import READERS

from .ledger import FACTS, Kind, Ledger
from .tables import Row, Tables
from .topics import Seen, Topics

SHOWN = 5
"""Examples shown of one kind of violation."""
TOTALS = ("purchases", "purchased", "returns", "returned", "payments", "paid", "failed_payments", "touchpoints")
COUNTED = frozenset({Kind.PURCHASE, Kind.RETURN, Kind.PAYMENT, Kind.TOUCHPOINT})
"""Facts that are counted; contracts are kept as they stand."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """Everything that a settled stack is judged by."""

    ledger: Ledger
    topics: Topics
    tables: Tables

    def rows(self, service: str, query: str) -> list[Row]:
        """Return the rows of one query."""
        return self.tables[service][query]


def violations(evidence: Evidence) -> list[str]:
    """Return everything that does not hold."""
    return [found for check in CHECKS for found in check(evidence)]


def facts_are_taken_once(evidence: Evidence) -> Iterator[str]:
    """Each accepted fact is at customer-profile once and with its amount, others at most once, refused ones never."""
    rows = evidence.rows("customer-profile", "facts")
    yield from _taken_once(evidence.ledger, FACTS, {row["name"]: row["id"] for row in rows})
    amounts = {write.name: write.amount for write in evidence.ledger.of(*FACTS)}
    yield from _equal(
        "amounts at customer-profile",
        {row["name"]: amounts.get(row["name"]) for row in rows},
        {row["name"]: row["amount"] for row in rows},
    )
    yield from evidence.ledger.wrongly_refused()


def facts_are_everywhere_once(evidence: Evidence) -> Iterator[str]:
    """The readers of activity count exactly the facts that customer-profile took, each customer's and all together."""
    facts = [row for row in evidence.rows("customer-profile", "facts") if row["kind"] in COUNTED]
    totals = _totals(facts)
    yield from _equal("totals at customer-profile", totals, _shown(evidence, "customer-profile", "totals", TOTALS))
    for service, expected in (("churn-scoring", _as_churn_scoring), ("segmentation", _as_segmentation)):
        known = {(row["id"], row["customer_id"], row["kind"], row["amount"]) for row in _activity(evidence, service)}
        yield from _equal(
            f"facts at {service}", {(row["id"], row["customer_id"], *expected(row)) for row in facts}, known
        )
    for query in ("totals", "days"):
        yield from _equal(f"{query} at segmentation", totals, _shown(evidence, "segmentation", query, TOTALS))
    spent = {customer: (total[0], total[1], total[3]) for customer, total in totals.items()}
    bought = {customer: total for customer, total in spent.items() if any(total)}
    histories = _shown(evidence, "churn-scoring", "totals", ("purchases", "purchased", "returned"))
    yield from _equal("histories at churn-scoring", bought, histories)


def contracts_agree(evidence: Evidence) -> Iterator[str]:
    """Everybody who keeps contracts knows each as it stands at customer-profile."""
    own = _contracts(evidence, "customer-profile")
    for service in ("churn-scoring", "segmentation", "campaigns"):
        yield from _equal(f"contracts at {service}", own, _contracts(evidence, service))


def cases_agree(evidence: Evidence) -> Iterator[str]:
    """Each accepted case is there once, and all services know the same version of the same cases."""
    cases = evidence.rows("complaints", "cases")
    yield from _taken_once(evidence.ledger, (Kind.CASE,), {row["name"]: row["opened"] for row in cases})
    # A moved due time is shown with the customer, and nobody decides on it.
    shown = {row["case_id"]: (row["shown_version"], row["open"]) for row in cases}
    yield from _equal("cases at customer-profile", shown, _states(evidence, "customer-profile"))
    state = {row["case_id"]: (row["version"], row["open"]) for row in cases}
    for service in ("churn-scoring", "segmentation", "campaigns"):
        yield from _equal(f"cases at {service}", state, _states(evidence, service))
    complaints = {row["id"] for row in evidence.rows("churn-scoring", "facts") if row["kind"] == "complaint"}
    yield from _equal("complaints in histories", set(state), complaints)


def responses_agree(evidence: Evidence) -> Iterator[str]:
    """Each accepted response is there once, taught once, spent one slot, and is everywhere."""
    rows = evidence.rows("campaigns", "responses")
    found = {f"{row['decision_id']}/{row['response']}": row["id"] for row in rows}
    yield from _taken_once(evidence.ledger, (Kind.RESPONSE,), found)
    final = {row["id"]: row["response"] for row in rows if row["response"] != "presented"}
    number = Counter(final.values())
    taught = evidence.rows("campaigns", "taught")[0]
    yield from _same("acceptances learnt", number["accepted"], taught["accepted"])
    yield from _same("refusals learnt", number["rejected"], taught["rejected"])
    presented = Counter(row["decision_id"] for row in rows if row["response"] == "presented")
    contacts = Counter(row["decision_id"] for row in evidence.rows("campaigns", "contacts"))
    yield from _equal("contacts confirmed", presented, contacts)
    everywhere = {(row["id"], row["response"]) for row in rows}
    shown = {(row["id"], row["response"]) for row in evidence.rows("customer-profile", "responses")}
    yield from _equal("responses at customer-profile", everywhere, shown)
    for service, prefix in (("churn-scoring", "offer-"), ("segmentation", "offers_")):
        facts = {row["id"]: row["kind"] for row in evidence.rows(service, "facts") if row["kind"].startswith(prefix)}
        yield from _equal(f"responses at {service}", {key: prefix + value for key, value in final.items()}, facts)


def order_is_kept(evidence: Evidence) -> Iterator[str]:
    """The sequences of each key on each topic are 1, 2, 3 … without a gap, but for exact repetitions."""
    last: dict[tuple[str, str], int] = defaultdict(int)
    known: dict[UUID, Seen] = {}
    wrong = []
    for record in evidence.topics.records:
        first = known.setdefault(record.id, record)
        if first is not record:
            if (first.key, first.sequence, first.partition) != (record.key, record.sequence, record.partition):
                wrong.append(f"{record} repeats {first} with other attributes")
            continue
        place = (record.topic, record.key)
        if record.sequence != last[place] + 1:
            wrong.append(f"{record} follows sequence {last[place]}")
        last[place] = record.sequence
    yield from _each("out of order", wrong)
    counters = {
        (row["topic"], str(row["key"])): row["last"]
        for service in evidence.tables
        for row in evidence.rows(service, "counters")
    }
    yield from _equal("last sequences", counters, dict(last))


def every_reader_handled_every_event_once(evidence: Evidence) -> Iterator[str]:
    """The journal of each reader holds each event it subscribed to, and no other."""
    for service, reader in READERS.items():
        types = {model.type for subscription in reader.subscriptions for model in subscription.types}
        published = {record.id for record in evidence.topics.records if record.type in types}
        handled = {row["event_id"] for row in evidence.rows(service, "journal") if row["kind"] == "event"}
        yield from _equal(f"events handled by {service}", published, handled)


def what_was_emitted_is_published(evidence: Evidence) -> Iterator[str]:
    """Each fact, and each event that a journal names as emitted, is on a topic."""
    published = {record.id for record in evidence.topics.records}
    for service in evidence.tables:
        journal = evidence.rows(service, "journal")
        emitted = {child for row in journal for child in row["emitted"]}
        facts = {row["event_id"] for row in journal if row["kind"] == "fact"}
        yield from _each(f"emitted by {service} and not published", (emitted | facts) - published)


def newest_states_arrived(evidence: Evidence) -> Iterator[str]:
    """Whoever keeps the newest score or segments of a customer keeps the last one published."""
    for topic in ("scores", "segments"):
        newest = evidence.topics.newest(topic)
        for service, queries in evidence.tables.items():
            if topic in queries:
                known = {str(row["customer_id"]): row["sequence"] for row in queries[topic]}
                yield from _equal(f"{topic} at {service}", newest, known)


def nothing_is_left(evidence: Evidence) -> Iterator[str]:
    """No outbox row, no waiting reaction, no dead letter."""
    for service in evidence.tables:
        for what, number in evidence.rows(service, "left")[0].items():
            yield from _same(f"{what} of {service}", 0, number)
    yield from _same("records on dead-letter topics", 0, evidence.topics.dead_letters)


CHECKS: tuple[Callable[[Evidence], Iterator[str]], ...] = (
    facts_are_taken_once,
    facts_are_everywhere_once,
    contracts_agree,
    cases_agree,
    responses_agree,
    order_is_kept,
    every_reader_handled_every_event_once,
    what_was_emitted_is_published,
    newest_states_arrived,
    nothing_is_left,
)


def _taken_once(ledger: Ledger, kinds: tuple[Kind, ...], found: dict[str, UUID]) -> Iterator[str]:
    """Compare what was answered with what is there under a unique name: name and id of the event."""
    what = " and ".join(kinds)
    accepted = {(write.name, write.answered) for write in ledger.of(*kinds) if write.accepted}
    yield from _each(f"{what}: accepted and not there", accepted - set(found.items()))
    possible = {write.name for write in ledger.of(*kinds) if write.possible}
    yield from _each(f"{what}: there and never sent, or refused", found.keys() - possible)


def _states(evidence: Evidence, service: str) -> dict[UUID, tuple[int, bool]]:
    return {row["case_id"]: (row["version"], row["open"]) for row in evidence.rows(service, "cases")}


def _activity(evidence: Evidence, service: str) -> Iterator[Row]:
    """Return the facts that came from customer-profile; complaints and responses are checked with their own."""
    others = ("complaint", "offer")
    return (row for row in evidence.rows(service, "facts") if not row["kind"].startswith(others))


def _as_churn_scoring(fact: Row) -> tuple[str, Decimal]:
    """Return kind and amount of a fact as churn-scoring keeps them: only what is spent and given back has an amount."""
    if fact["kind"] == Kind.PAYMENT:
        return "payment-failure" if fact["failed"] else "payment", Decimal(0)
    if fact["kind"] == Kind.TOUCHPOINT:
        return "negative-touchpoint" if fact["bad"] else "touchpoint", Decimal(0)
    return fact["kind"], fact["amount"]


def _as_segmentation(fact: Row) -> tuple[str, Decimal]:
    """Return kind and amount of a fact as segmentation keeps them: named by what it counts in."""
    return "failed_payments" if fact["failed"] else f"{fact['kind']}s", fact["amount"]


def _contracts(evidence: Evidence, service: str) -> dict[UUID, tuple[Any, ...]]:
    rows = evidence.rows(service, "contracts")
    return {row["id"]: (row["customer_id"], row["starts_at"], row["ends_at"]) for row in rows}


def _totals(facts: Iterable[Row]) -> dict[UUID, tuple[Any, ...]]:
    totals: dict[UUID, dict[str, Any]] = defaultdict(lambda: dict.fromkeys(TOTALS, 0))
    for row in facts:
        for name, value in _counted(row).items():
            totals[row["customer_id"]][name] += value
    return {customer: tuple(total.values()) for customer, total in totals.items()}


def _counted(fact: Row) -> dict[str, Any]:
    match fact["kind"]:
        case Kind.PURCHASE:
            return {"purchases": 1, "purchased": fact["amount"]}
        case Kind.RETURN:
            return {"returns": 1, "returned": fact["amount"]}
        case Kind.PAYMENT:
            return {"failed_payments": 1} if fact["failed"] else {"payments": 1, "paid": fact["amount"]}
        case _:
            return {"touchpoints": 1}


def _shown(evidence: Evidence, service: str, query: str, columns: tuple[str, ...]) -> dict[UUID, tuple[Any, ...]]:
    """Return the totals of customers who have any; others have a row, too, when they only complained."""
    rows = ((row["customer_id"], tuple(row[column] for column in columns)) for row in evidence.rows(service, query))
    return {customer: total for customer, total in rows if any(total)}


def _same(what: str, expected: object, found: object) -> Iterator[str]:
    if expected != found:
        yield f"{what}: {found}, expected {expected}"


def _equal(what: str, expected: Any, found: Any) -> Iterator[str]:
    """Compare two sets, or two dicts, and name some of the differences."""
    left, right = (set(side.items()) if isinstance(side, dict) else set(side) for side in (expected, found))
    yield from _each(f"{what}: missing", left - right)
    yield from _each(f"{what}: too much", right - left)


def _each(what: str, wrong: Iterable[Hashable]) -> Iterator[str]:
    examples = sorted(map(str, wrong))
    if examples:
        more = f" and {len(examples) - SHOWN} more" if len(examples) > SHOWN else ""
        yield f"{what}: {', '.join(examples[:SHOWN])}{more}"
