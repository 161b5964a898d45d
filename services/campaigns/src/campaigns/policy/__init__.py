"""The contact policy and the version of all rules together."""
