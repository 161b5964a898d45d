"""Tools of the tests of all services: real PostgreSQL and Kafka, builders, and a driver for a service in-process."""
