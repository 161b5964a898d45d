"""Taking customers and facts back from the service's own topics, after the database was restored from a back-up."""

from customer_profile.restoring.taking_back import restore

__all__ = ["restore"]
