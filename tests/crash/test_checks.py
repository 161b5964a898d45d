"""The checks find what they are there for."""

from dataclasses import replace
from decimal import Decimal
from uuid import UUID, uuid4

from lealtad.ids import new_id

from .checks import Evidence, nothing_is_left, order_is_kept, what_was_emitted_is_published
from .checks import facts_are_taken_once as taken_once
from .ledger import Kind, Ledger
from .tables import Row
from .topics import Seen, Topics

CUSTOMER = str(uuid4())


def seen(offset: int, sequence: int) -> Seen:
    return Seen("activity", 0, offset, CUSTOMER, new_id(), "lealtad.activity.purchase-recorded.v1", sequence)


def evidence(records: list[Seen] | None = None, ledger: Ledger | None = None, **tables: list[Row]) -> Evidence:
    empty: dict[str, list[Row]] = {"facts": [], "counters": [], "journal": [], "left": [{}]}
    found = {"customer-profile": {**empty, **tables}}
    return Evidence(ledger or Ledger(), Topics(records or [], 0), found)


def counted(records: list[Seen], last: int) -> Evidence:
    return evidence(records, counters=[{"topic": "activity", "key": UUID(CUSTOMER), "last": last}])


def a_bought(name: str, amount: str, answered: UUID | None) -> Ledger:
    ledger = Ledger()
    write = ledger.note(Kind.PURCHASE, name, amount=Decimal(amount))
    write.send()
    if answered:
        write.answer(201, {"id": str(answered)})
    return ledger


def test_sequences_without_a_gap_are_in_order_and_exact_repetitions_are_allowed() -> None:
    first, second = seen(0, 1), seen(1, 2)
    again = [replace(first, offset=2), replace(second, offset=3)]
    assert list(order_is_kept(counted([first, second, *again], 2))) == []


def test_a_gap_a_swap_and_a_lost_end_are_found() -> None:
    assert any("follows sequence 1" in found for found in order_is_kept(counted([seen(0, 1), seen(1, 3)], 3)))
    assert any("follows sequence 0" in found for found in order_is_kept(counted([seen(0, 2), seen(1, 1)], 2)))
    assert any("last sequences" in found for found in order_is_kept(counted([seen(0, 1)], 2)))


def test_a_repetition_with_another_sequence_is_found() -> None:
    first = seen(0, 1)
    assert any(
        "with other attributes" in found for found in order_is_kept(counted([first, replace(first, sequence=2)], 1))
    )


def test_an_accepted_fact_that_is_missing_or_has_another_amount_is_found() -> None:
    answered = new_id()
    ledger = a_bought("1", "7.35", answered)
    assert any("accepted and not there" in found for found in taken_once(evidence(ledger=ledger)))
    other = {"name": "1", "id": answered, "amount": Decimal("14.70")}
    assert any("amounts" in found for found in taken_once(evidence(ledger=ledger, facts=[other])))


def test_an_unanswered_fact_may_be_there_or_not_and_one_never_sent_may_not() -> None:
    ledger = a_bought("1", "7.35", None)
    there = {"name": "1", "id": new_id(), "amount": Decimal("7.35")}
    assert list(taken_once(evidence(ledger=ledger))) == []
    assert list(taken_once(evidence(ledger=ledger, facts=[there]))) == []
    assert any("never sent" in found for found in taken_once(evidence(facts=[there])))


def test_a_refused_purchase_is_found() -> None:
    ledger = Ledger()
    write = ledger.note(Kind.PURCHASE, "1")
    write.send()
    write.answer(409, {"type": "conflict"})
    assert any("was refused: 409" in found for found in taken_once(evidence(ledger=ledger)))


def test_an_event_that_a_journal_names_and_no_topic_has_is_found() -> None:
    row = {"event_id": new_id(), "kind": "event", "type": "any", "emitted": [new_id()]}
    assert any("not published" in found for found in what_was_emitted_is_published(evidence(journal=[row])))


def test_rows_that_are_left_are_found() -> None:
    assert list(nothing_is_left(evidence(left=[{"outbox rows": 1}]))) == [
        "outbox rows of customer-profile: 1, expected 0"
    ]
