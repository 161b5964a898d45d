"""Commands that commit each item of a batch on its own."""
