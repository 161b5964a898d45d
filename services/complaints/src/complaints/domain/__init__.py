"""The rules of a case, pure: its life, its due time, its opening hours."""
