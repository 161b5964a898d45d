"""Commands on responses."""

from campaigns.responses.commands.confirm_contact import confirm_contact
from campaigns.responses.commands.record_response import record_response

__all__ = ["confirm_contact", "record_response"]
