"""Taking actions, contacts and responses back from the service's own topic, after a restore from a back-up."""

from campaigns.restoration.restore import restore

__all__ = ["restore"]
