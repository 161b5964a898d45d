"""Lealtad itself as it is measured: through its HTTP APIs, on a running local stack and the machine's own clock."""
