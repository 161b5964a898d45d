"""Facts about customers, folded into the tables that rules read: activity, contracts, cases, scores."""
