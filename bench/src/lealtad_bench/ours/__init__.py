"""Lealtad as a measured chain, through its HTTP APIs, on a running local stack with the machine's clock."""
