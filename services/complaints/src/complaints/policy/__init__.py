"""The service policy: due times, opening hours and the other rules that a manager tunes."""
