"""Commands of the services, run against a stack."""

import pytest

from lealtad_local.commands import named
from lealtad_local.errors import StackError


def test_a_service_that_there_is_not_is_answered_with_those_there_are():
    with pytest.raises(StackError, match=r"no service segments\. There are: customer-profile, segmentation, "):
        named("segments")
