"""Copies of customers: their ids, their service tier, gestures granted to them."""
