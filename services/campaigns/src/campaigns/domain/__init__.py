"""The rules of campaigns, pure: offers, contact policy, arbitration, learning and the contact ledger."""
