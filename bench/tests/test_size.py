from datetime import UTC, datetime

import pytest

from lealtad_bench.size.copies import Table
from lealtad_bench.size.cost import Cost, Touched
from lealtad_bench.size.full_hour import wait_s
from lealtad_bench.size.report import SizeReport, tables
from lealtad_demo.report import Latency

from .builders import a_machine


def test_what_idling_touches_is_taken_off_the_cost_of_a_purchase():
    spent = Touched(blocks=5000, rows=900).since(Touched(blocks=1000, rows=100))
    assert spent.less_idle(Touched(blocks=100, rows=10), seconds=30, purchases=10) == Touched(blocks=100, rows=50)


def test_a_copy_has_ids_of_its_own_and_the_definitions_of_its_original():
    columns = {"customer_id": "uuid", "segment_id": "uuid", "external_id": "text", "since": "timestamptz"}
    statement = Table("owned", "membership", columns).copying
    assert """(left(original."customer_id"::text, 24) || lpad(to_hex(n), 12, '0'))::uuid""" in statement
    assert 'original."segment_id",' in statement
    assert """original."external_id" || '-' || n""" in statement
    assert "WHERE original.customer_id = ANY" in statement


@pytest.mark.parametrize(
    ("minute", "needed_s", "waited_s"),
    [(0, 600, 0), (49, 600, 0), (50, 600, 660), (59, 600, 120)],
)
def test_work_that_would_meet_a_full_hour_waits_until_it_is_over(minute, needed_s, waited_s):
    assert wait_s(datetime(2026, 3, 1, 18, minute, tzinfo=UTC), needed_s) == waited_s


@pytest.mark.parametrize(
    ("schema", "name", "columns", "column"),
    [
        ("owned", "customer", {"id": "uuid"}, "id"),
        ("platform", "sequence_counter", {"key": "uuid"}, "key"),
        ("derived", "fact", {"id": "uuid", "customer_id": "uuid"}, "customer_id"),
        ("owned", "segment", {"segment_id": "uuid"}, None),
        ("derived", "customer", {"customer_id": "text"}, None),
    ],
)
def test_a_table_is_copied_by_the_column_with_the_customers_id(schema, name, columns, column):
    assert Table(schema, name, columns).customer == column


def test_costs_stand_by_size():
    cost = Cost(
        latency_ms=Latency.of([0.05]),
        cpu_ms_per_purchase={"total": 40.0},
        touched_per_purchase={"campaigns": Touched(blocks=300, rows=40), "segmentation": Touched(blocks=100, rows=2)},
        idle_touched_per_s={},
    )
    text = tables(SizeReport(machine=a_machine(), customers={"1000000": cost}, facts={}, seconds=60))
    assert "| 1,000,000 | 50.0 | 50.0 | 40.0 | 400.0 | 42.0 |" in text
    assert "facts of the customer" not in text
