"""The rendered chart keeps the rules that no validator of Kubernetes knows."""

import pytest

from . import containers, environment, hooks, networks, ports, selectors
from .manifests import CHART, EXAMPLES, NAMESPACE, manifests_of, run_helm

RULES = [rule for module in (selectors, ports, containers, environment, hooks, networks) for rule in module.RULES]

each_example = pytest.mark.parametrize("example", EXAMPLES, ids=lambda path: path.stem)


@each_example
@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
def test_the_chart_keeps_the_rule(rule, example):
    assert list(rule(manifests_of("--values", str(example)))) == []


@each_example
def test_helm_finds_nothing_to_criticise(example):
    done = run_helm("lint", "--strict", str(CHART), "--values", str(example))

    assert done.returncode == 0, done.stdout


@each_example
def test_all_objects_are_in_the_namespace_of_the_release(example):
    assert {each["metadata"]["namespace"] for each in manifests_of("--values", str(example))} == {NAMESPACE}
