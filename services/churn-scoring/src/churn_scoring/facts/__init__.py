"""The data that scores depend on: facts, the histories folded from them, contracts and cases."""
