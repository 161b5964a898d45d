"""Memberships: customers are evaluated, compared with the announced state, and announced to subscribers."""
