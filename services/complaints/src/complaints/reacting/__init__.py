"""What other services' events change in cases: attachment, due times, noted gestures."""
