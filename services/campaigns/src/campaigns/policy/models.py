"""Tables of the contact policy and of the version of all rules."""

from sqlalchemy import BigInteger, Boolean, Column, String, Table, text

from campaigns.domain.policy import ContactPolicy
from campaigns.domain.trial import try_out
from campaigns.metadata import METADATA
from campaigns.policy.schemas import ContactPolicyVersion
from lealtad.db.columns import OWNED
from lealtad.policies import Policy

CONTACT_POLICY = Policy(METADATA, "contact_policy", ContactPolicy, ContactPolicyVersion, try_out=try_out)

rulebook = Table(
    "rulebook",
    METADATA,
    Column("only", Boolean, primary_key=True, server_default=text("true")),
    Column("revision", BigInteger, nullable=False, comment="grows with every change of an offer or the policy"),
    Column("hold_out_salt", String, nullable=False, comment="never changes, so that the hold-out lasts"),
    schema=OWNED,
)
