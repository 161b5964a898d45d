"""The customer's state from other services: score, segments, cases, contracts, first appearance."""
