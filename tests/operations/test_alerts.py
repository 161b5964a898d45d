"""The alert rules are rules, ask only for metrics that are there, and are all explained."""

import re
import shutil
import subprocess
from importlib.metadata import entry_points
from pathlib import Path

import httpx
import pytest
import yaml
from fastapi import FastAPI

from lealtad.observability.health import Health, Heartbeat
from lealtad.observability.metrics import CATALOGUE
from lealtad.observability.routes import health_routes
from lealtad_local.choice import ANYWHERE

from .courses import CASES

ROOT = Path(__file__).parents[2]
FILE = ROOT / "deploy" / "prometheus" / "alerts.yml"
RULES = [rule for group in yaml.safe_load(FILE.read_text())["groups"] for rule in group["rules"]]
# What stands before "(" is a function, what stands in braces or after "by" a label.
NOT_METRICS = re.compile(r'\{[^}]*\}|by \([^)]*\)|\[[^\]]*\]|"[^"]*"')
NAME = re.compile(r"[a-z][a-z0-9_]{2,}\b(?!\s*\()")
PROMETHEUS = {"up"}
WORDS = {"sum", "max", "min", "and", "unless"}
SERIES = {"histogram": ("_bucket", "_sum", "_count")}


def metrics_in(expression: str) -> set[str]:
    return set(NAME.findall(NOT_METRICS.sub(" ", expression))) - WORDS


def known_series() -> set[str]:
    for entry_point in entry_points(group="lealtad.metrics"):
        entry_point.load()
    series = {name + suffix for name, metric in CATALOGUE.items() for suffix in SERIES.get(metric.type, ("",))}
    return series | PROMETHEUS


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule["alert"])
def test_a_rule_asks_for_metrics_that_are_there_and_says_what_to_do(rule):
    asked = metrics_in(rule["expr"]) | set(re.findall(r"\b(up)\b", rule["expr"]))

    assert asked
    assert asked <= known_series()
    assert rule["labels"]["severity"] in {"critical", "warning"}
    assert set(rule["annotations"]) == {"summary", "description", "runbook"}


def test_each_alert_has_a_case_of_what_it_names():
    """`tests/e2e/test_alerts.py` tries them on the metrics of a running stack."""
    assert [*CASES] == [rule["alert"] for rule in RULES]


async def overdue_of(heartbeat: Heartbeat) -> float:
    """Return the value of the rule LoopStuck, which fires above 0, as a process with this loop shows it."""
    (rule,) = [rule for rule in RULES if rule["alert"] == "LoopStuck"]
    age, limit = re.findall(r"lealtad_\w+", rule["expr"])
    assert rule["expr"].endswith(f"({age} - {limit}) > 0")
    health = Health()
    health.watch(heartbeat)
    app = FastAPI()
    app.include_router(health_routes(health))
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://process") as client:
        shown = (await client.get("/metrics")).text
    loop = re.escape(f'{{loop="{heartbeat.name}"}}')
    age_s, limit_s = (float(re.findall(rf"^{name}{loop} (\S+)$", shown, re.MULTILINE)[0]) for name in (age, limit))
    return age_s - limit_s


@pytest.mark.parametrize(
    ("waited_s", "declared_s", "is_stuck"),
    [(5, 0, False), (31, 0, True), (3500, 3600, False), (3631, 3600, True)],
    ids=["turns", "stuck", "sleeps an hour on purpose", "stuck after its sleep"],
)
async def test_a_loop_is_stuck_above_its_own_limit_however_long_it_sleeps_on_purpose(waited_s, declared_s, is_stuck):
    moment = [0.0]
    heartbeat = Heartbeat("housekeeping", 30, monotonic=lambda: moment[0])
    heartbeat.declare_wait(declared_s)
    moment[0] += waited_s

    assert (await overdue_of(heartbeat) > 0) is is_stuck


def test_the_commands_that_rules_name_work_with_any_deployment():
    named = {
        command for rule in RULES for command in re.findall(r"`lealtad ([a-z-]+)", rule["annotations"]["description"])
    }

    assert {"dead-letters", "status", "trace"} <= named <= ANYWHERE


def test_promtool_accepts_the_rules():
    promtool = shutil.which("promtool")
    if promtool is None:
        pytest.skip("promtool is not installed (Debian: prometheus)")
    command = [promtool, "check", "rules", str(FILE)]
    checked = subprocess.run(command, capture_output=True, text=True, check=False, timeout=30)  # noqa: S603 - our file
    assert checked.returncode == 0, checked.stdout + checked.stderr
