"""Rules of the customer profile, free of frameworks: time, consent, identities, returns, contracts."""
