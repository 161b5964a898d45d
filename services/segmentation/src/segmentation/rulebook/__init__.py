"""The rulebook as a whole: its revision, and the lock that keeps it unchanged while customers are evaluated."""
