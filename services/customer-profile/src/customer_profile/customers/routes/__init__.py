"""The HTTP routes of customers, their consents and do-not-contact."""
