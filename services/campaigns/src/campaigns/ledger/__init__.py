"""The contact ledger: one per customer, over all channels."""
