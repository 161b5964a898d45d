"""Training as a process of its own: fit, evaluate on a forward hold-out, store, promote."""
