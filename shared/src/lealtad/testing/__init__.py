"""What tests of all services use: real PostgreSQL and Kafka, builders, and ways to drive a service in-process."""
