"""The service policy: due times, opening hours and what else a manager tunes."""
