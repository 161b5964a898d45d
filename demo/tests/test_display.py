from collections import Counter
from datetime import date
from io import StringIO

from rich.console import Console

from lealtad_demo.display import rows, shown, table, wrapped
from lealtad_demo.figures import WARM_UP_MEASUREMENTS, Figures


def some_figures(**changes):
    return Figures(days=120, today=date(2011, 1, 4), **changes)


def printed(*days):
    out = StringIO()
    with shown(Console(file=out, width=400)) as show:
        for day in days:
            show(some_figures(day=day))
    return out.getvalue().splitlines()


def test_without_a_terminal_there_is_a_short_line_every_ten_days_and_all_figures_on_the_last():
    line, *last = printed(1, 9, 10, 11, 120)
    assert line == "day 10/120 (2011-01-04): 0 facts, 0 refused; 0 offers made; 0 complaints open"
    assert last[0] == "day: 120/120 (2011-01-04)"
    assert [each.partition(":")[0] for each in last] == list(rows(some_figures()))


def test_round_trips_of_the_warm_up_do_not_count():
    figures = some_figures(loops=[9.0] * WARM_UP_MEASUREMENTS)
    assert rows(figures)["loop"] == "warming up"
    figures.loops.append(0.1)
    assert rows(figures)["loop"].startswith("p50 100.0 ms, p99 100.0 ms of 1 ")


def test_offers_without_an_answer_are_counted_too():
    figures = some_figures(presented=6, answers=Counter(accepted=3, rejected=1))
    assert rows(figures)["offers"] == "6 made: 3 accepted, 1 rejected, 2 no answer (simulated answers)"


def test_a_long_line_goes_on_deeper_than_it_began():
    assert wrapped("  one two three", 9) == "  one two\n    three"


def test_simulated_figures_are_labelled():
    shown_rows = rows(some_figures())
    assert "simulated" in shown_rows["offers"]
    assert "simulated" in shown_rows["complaints"]
    assert "simulated" in str(table(some_figures()).title)


def test_readings_of_the_services_are_shown_by_name():
    figures = some_figures(lag={"campaigns": 3}, segments={"champions": 12}, bands={"low": 7, "high": 2})
    assert rows(figures)["lag"].startswith("campaigns 3 ")
    assert rows(figures)["segments"] == "champions 12"
    assert rows(figures)["churn bands"] == "low 7, high 2"


def test_on_a_terminal_the_newest_figures_replace_the_older_ones():
    out = StringIO()
    with shown(Console(file=out, width=120, force_terminal=True)) as show:
        show(some_figures(day=7))
    assert "7/120" in out.getvalue()
