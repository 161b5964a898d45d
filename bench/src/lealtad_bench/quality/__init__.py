"""The quality of scores: what is in force after a scheduled training, measured on the time after it."""
