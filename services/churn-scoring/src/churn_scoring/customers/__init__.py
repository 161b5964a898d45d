"""The service's copy of the shareable state of customers: who is who, and who is gone."""
