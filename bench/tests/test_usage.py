import os
import subprocess
import sys

import psutil
import pytest

from lealtad_bench.usage import cpu_ms_each, cpu_seconds, memory_mib

WAITS = [sys.executable, "-c", "print(flush=True); input()"]


def test_cpu_is_shared_out_over_the_purchases_between_two_readings():
    spent = cpu_ms_each({"kafka": 1.0, "api": 2.0}, {"kafka": 1.5, "api": 2.25}, purchases=100)
    assert spent == {"kafka": 5.0, "api": 2.5, "total": 7.5}


def test_a_process_that_started_meanwhile_counts_from_its_start():
    assert cpu_ms_each({}, {"api": 0.2}, purchases=10)["api"] == 20


@pytest.fixture
def child():
    with subprocess.Popen(WAITS, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:  # noqa: S603 - our own command line
        process.stdout.readline()
        yield psutil.Process(process.pid)
        process.stdin.close()


def test_memory_of_children_counts_for_whoever_started_them(child):
    parent = psutil.Process(os.getpid())
    with_child = memory_mib({"parent": parent})["parent"]
    without_child = memory_mib({"parent": parent, "child": child})
    assert without_child["child"] > 1
    assert without_child["parent"] < with_child
    assert without_child["total"] == pytest.approx(with_child, rel=0.1)


def test_cpu_grows_with_work():
    me = {"me": psutil.Process()}
    before = cpu_seconds(me)["me"]
    while cpu_seconds(me)["me"] <= before:
        sum(range(10_000))
