"""Churn as pure functions: histories, features, models and the rules of publication; no framework."""
