"""Rules of the customer profile, free of frameworks: time, identities, returns, contracts."""
