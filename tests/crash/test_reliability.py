"""The page of recovery times shows every cell of the matrix, also those that were not run."""

import pytest

from .recovery import Recovery
from .reliability import BEGIN, END, page_with, table
from .trials import MATRIX


def test_the_table_has_a_row_for_every_cell_and_says_which_did_not_run() -> None:
    lines = table([Recovery("kafka frozen for 20 s", 0.12, 20.5, 20.7, 21.04, 20.4)]).splitlines()
    assert len(lines) == len(MATRIX) + 2
    assert "| kafka frozen for 20 s | 0.1 s | 20.5 s | 20.7 s | 21.0 s | 20.4 s |" in lines
    assert "| postgres killed | not run | not run | not run | not run | not run |" in lines


def test_the_rest_of_the_page_stays_and_another_table_takes_the_place_of_the_first() -> None:
    page = page_with(f"above\n{BEGIN}\n{END}\nbelow", [])
    again = page_with(page, [Recovery("kafka killed", 1, 2, 3, 4, 5)])
    assert again.startswith("above\n")
    assert again.endswith("\nbelow")
    assert again.count("| kafka killed |") == 1


def test_a_page_without_a_place_for_the_table_is_refused() -> None:
    with pytest.raises(ValueError, match="no place for the table"):
        page_with("nothing here", [])
