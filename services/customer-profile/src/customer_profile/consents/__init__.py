"""What customers allow: consent per purpose and channel, and do-not-contact."""
