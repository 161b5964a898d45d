"""A consent or a refusal with the place where the customer stated it."""

from typing import NamedTuple

from lealtad.consents import Consent


class ConsentStatement(NamedTuple):
    """A consent or a refusal with its source."""

    consent: Consent
    source: str
    """The place of the statement, for example `web-form`."""
