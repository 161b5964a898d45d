import pytest

from lealtad_bench.page import tables
from lealtad_bench.report import BesideHistory, Reading
from lealtad_bench.tabling import marks, write_into
from lealtad_demo.report import Latency

from .builders import a_report, a_side


def test_ours_stands_beside_the_floor_with_the_ratio():
    text = tables(a_report())
    assert "| 20/s | 20.0 | 20.0 | 20.0 | 50.0 | 50.0 | 50.0 | 2.50 | 2.50 | 0.4 | 1 |" in text
    assert "| single | 1,700 | 400.0 | 0.24 |" in text


def test_a_restless_machine_a_quick_run_and_purchases_not_seen_are_shown():
    assert "differ" not in tables(a_report())
    assert "differ by more than 25 % at at_20" in tables(a_report(floors_differ=["at_20"]))
    assert "quick run" in tables(a_report(quick=True))
    assert "1 (7 not seen, 7 not accepted)" in tables(a_report(ours=a_side(failed=7)))


def test_how_long_the_event_loops_of_the_apis_stood_is_shown():
    assert "the event loop of an API stood, in ms: campaigns 12.5." in tables(
        a_report(longest_stand_ms={"campaigns": 12.5})
    )
    assert "stood" not in tables(a_report())


def test_reads_that_found_nothing_are_shown():
    assert "| 10.0 | 10.0 | 10.0 | 1 |" in tables(a_report())
    assert "1 (3 not read)" in tables(a_report(next_best_action_read=Reading.of([0.01], not_read=3)))
    assert "(9 not read)" in tables(a_report(next_best_action_read=Reading.of([], not_read=9)))


def test_purchases_beside_a_backfill_stand_beside_the_same_rate_alone():
    beside = BesideHistory(
        invoices=100_000,
        latency_ms=Latency.of([0.1]),
        not_seen=0,
        loaded_meanwhile=60_000,
        loaded_s=90.0,
        settled_s=30.0,
    )
    row = "| 60,000 of 100,000 | 100.0 | 100.0 | 100.0 | 2.00 | 90.0 | 30.0 | 1 |"
    assert row in tables(a_report(beside_history=beside))


def test_what_was_not_measured_has_no_table():
    assert "backfill" not in tables(a_report())
    assert "Median of each hop" not in tables(a_report(hops_ms={}))


def test_only_what_stands_between_the_marks_is_replaced(tmp_path):
    page = tmp_path / "page.md"
    begin, end = marks("loop")
    page.write_text(f"before\n{begin}\nold\n{end}\nafter\n", encoding="utf-8")
    write_into(page, "loop", "new")
    once = page.read_text(encoding="utf-8")
    assert once.startswith(f"before\n{begin}\n")
    assert once.endswith(f"{end}\nafter\n")
    assert ("old" in once, "new" in once) == (False, True)
    write_into(page, "loop", "new")
    assert page.read_text(encoding="utf-8") == once


def test_a_page_without_marks_is_left_alone(tmp_path):
    page = tmp_path / "page.md"
    page.write_text("no marks\n", encoding="utf-8")
    with pytest.raises(ValueError, match="lacks the lines"):
        write_into(page, "loop", "new")
    assert page.read_text(encoding="utf-8") == "no marks\n"
