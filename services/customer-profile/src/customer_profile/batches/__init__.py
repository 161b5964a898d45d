"""Up to a thousand facts or registrations in one request, each with its own outcome."""
