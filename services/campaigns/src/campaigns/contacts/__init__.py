"""Contacts: reserve, release and list slots of the contact ledger, and check the permission of a contact."""
