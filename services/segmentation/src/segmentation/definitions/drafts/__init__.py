"""Draft memberships: the members of a segment under its version in preparation."""
