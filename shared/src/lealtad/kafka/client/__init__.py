"""Clients that read from Kafka.

`reading_client` is aiokafka's consumer with three of its parts replaced: a parser that also reads header names that are
not UTF-8, `decompression` with a limit, and `fetch_sessions` that ask only for what changed. `group_client` adds the
membership in a consumer group. `end_offsets` looks where partitions end, `offset_ranges` reads a range apart from every
group, and `group_offsets` reads and commits what lag tools show.
"""
