"""The copy of customers: their ids and external ids, and whether they were merged or erased."""
