"""Up to a thousand registrations in one request, each with its own outcome."""
