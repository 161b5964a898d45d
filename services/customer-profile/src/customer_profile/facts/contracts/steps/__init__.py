"""Steps of contracts as they were recorded, with their present effect: lists, and single ones."""
