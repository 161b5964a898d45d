"""What happened to customers, as far as scores depend on it: facts, their folded histories, contracts and cases."""
