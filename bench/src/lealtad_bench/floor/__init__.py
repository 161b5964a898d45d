"""The floor: a minimal loop with as many hops and partitions as Lealtad's, on the same broker and database server.

Four stages; a purchase is inserted with an outbox row, relayed to Kafka, taken in by a consumer with an inbox and an
upsert, which writes the next outbox row, and so on to the last stage. No HTTP, no validation, no models, no journal. It
shares no code with the platform, so that what changes there leaves the floor where it is.
"""
