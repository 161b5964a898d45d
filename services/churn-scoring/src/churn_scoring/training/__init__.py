"""The training process: fit models, evaluate them on a forward hold-out, store and promote them."""
