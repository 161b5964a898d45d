"""Up to a thousand mixed facts in one request, each with its own answer."""
