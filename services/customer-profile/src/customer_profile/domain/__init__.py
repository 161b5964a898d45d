"""The rules of the customer profile, free of frameworks: time, profiling, identities, returns, contracts."""
