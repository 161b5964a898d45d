"""Facts about customers, folded into what rules read: days of activity, totals, contracts, cases, scores."""
