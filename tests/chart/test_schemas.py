"""Kubernetes accepts what the chart renders, field by field."""

import kubernetes_validate
import pytest

from .manifests import EXAMPLES, manifests_of, name_of

EVERYTHING = next(path for path in EXAMPLES if path.stem == "everything")
LEAST = next(path for path in EXAMPLES if path.stem == "servers-of-your-own")
OF_OPERATORS = ("monitoring.coreos.com/", "gateway.networking.k8s.io/")
"""Groups of objects that Kubernetes itself does not know."""
VERSIONS = [
    pytest.param("1.31", marks=pytest.mark.proof),
    pytest.param("1.34", marks=pytest.mark.proof),
    pytest.param("1.37", marks=pytest.mark.smoke),
]
"""The oldest version that the chart allows, the newest one, and one between."""


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("example", [EVERYTHING, LEAST], ids=lambda path: path.stem)
def test_each_object_has_known_fields_of_the_right_type_alone(example, version):
    for manifest in manifests_of("--values", str(example)):
        if not manifest["apiVersion"].startswith(OF_OPERATORS):
            kubernetes_validate.validate(manifest, version, strict=True)


@pytest.mark.parametrize("version", VERSIONS)
def test_a_field_that_kubernetes_does_not_know_is_found(version):
    deployment = next(each for each in manifests_of("--values", str(LEAST)) if each["kind"] == "Deployment")
    wrong = {**deployment, "spec": {**deployment["spec"], "replica": 2}}

    with pytest.raises(kubernetes_validate.ValidationError):
        kubernetes_validate.validate(wrong, version, strict=True)


def test_objects_of_operators_are_few_and_named():
    others = {
        name_of(each)
        for each in manifests_of("--values", str(EVERYTHING))
        if each["apiVersion"].startswith(OF_OPERATORS)
    }

    assert others == {"ServiceMonitor/crm-lealtad", "PrometheusRule/crm-lealtad", "HTTPRoute/crm-lealtad"}
