"""Facts about customers: purchases, returns, payments, touchpoints, contracts."""
