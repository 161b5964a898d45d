import re

import pytest
from prometheus_client import generate_latest

from lealtad.observability import metrics
from lealtad.observability.metrics.__main__ import document, main

PERSONAL_OR_UNBOUNDED = {"customer", "customer_id", "id", "key", "email", "path", "source", "external_id", "subject"}


def test_the_page_lists_every_metric_with_its_meaning(tmp_path):
    page = document(metrics.CATALOGUE.values())

    for described in metrics.CATALOGUE.values():
        assert f"| `{described.name}` | {described.type} |" in page
        assert described.meaning in page


def test_a_page_that_is_not_current_is_found_out(tmp_path, capsys):
    page = tmp_path / "metrics.md"

    assert main(["--file", str(page), "--check"]) == 1
    assert main(["--file", str(page)]) == 0
    assert main(["--file", str(page), "--check"]) == 0
    page.write_text(page.read_text().replace("Dead", "Lost").replace("dead", "lost"))
    assert main(["--file", str(page), "--check"]) == 1
    assert "is not current" in capsys.readouterr().err


def test_no_label_is_about_a_person_or_without_bound():
    for described in metrics.CATALOGUE.values():
        assert not PERSONAL_OR_UNBOUNDED & set(described.labels), described.name


def test_every_declared_metric_is_shown():
    shown = generate_latest(metrics.REGISTRY).decode()

    for name in metrics.CATALOGUE:
        assert re.search(rf"^# HELP {name}\b", shown, re.MULTILINE), name


def test_a_name_is_declared_once_and_a_counter_ends_in_total():
    with pytest.raises(ValueError, match="already"):
        metrics.counter("lealtad_http_requests_total", "again")
    with pytest.raises(ValueError, match="_total"):
        metrics.counter("decisions", "made")
