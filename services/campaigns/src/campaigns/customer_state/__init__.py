"""What the other services told about a customer: score, segments, cases, contracts, first appearance."""
