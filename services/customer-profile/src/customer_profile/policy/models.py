"""The versions of the intake policy; each is tried out before it is in force."""

from datetime import UTC, datetime

from phonenumbers import SUPPORTED_REGIONS

from customer_profile.domain.external_ids import personal_digits_kind
from customer_profile.metadata import METADATA
from customer_profile.policy.schemas import IntakePolicy, IntakePolicyVersion
from lealtad.events.cause import Lane
from lealtad.http import SafeValueError
from lealtad.policies import Policy

IDS = (
    "17850",
    "K-17850/2",
    "ana@example.com",
    "+573001234567",
    "300 123 4567",
    "12345678Z",
    "\u0663\u0662\u0661",
    "\u00b2",
)
"""External ids of all kinds; some have characters that Python counts as digits and `int` refuses."""
EXAMPLE_TIME = datetime(2000, 2, 29, tzinfo=UTC)


def try_out(policy: IntakePolicy) -> None:
    """Raise SafeValueError for values that the intake cannot obey."""
    if not SUPPORTED_REGIONS.issuperset(policy.phone_regions):
        raise SafeValueError("names a country without a numbering plan; write ISO 3166-1 codes", "phone_regions")
    for external_id in IDS:
        personal_digits_kind(external_id, phone_regions=policy.phone_regions, document_formats=policy.document_formats)
    for lane in Lane:
        policy.occurrence_window(lane).violation(EXAMPLE_TIME, EXAMPLE_TIME)


INTAKE_POLICY = Policy(METADATA, "intake_policy", IntakePolicy, IntakePolicyVersion, try_out=try_out)
