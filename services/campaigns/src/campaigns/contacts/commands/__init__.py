"""Commands on contacts."""

from campaigns.contacts.commands.release_contact import release_contact
from campaigns.contacts.commands.reserve_contact import reserve_contact

__all__ = ["release_contact", "reserve_contact"]
