"""Kafka: topics, the relay out of the outbox, the batch consumer, dead letters."""
