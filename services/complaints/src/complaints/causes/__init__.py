"""The taxonomy of causes that cases are classified by."""
