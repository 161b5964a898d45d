"""From the outbox to Kafka.

A transaction writes its events into the outbox and wakes the `relay`. One relay of a service holds the lock, reads rows
in the order of their numbers, sends them with the one idempotent `producer`, and awaits the acknowledgement of all
in-sync replicas. `ack_window` then deletes the rows of some turns in one statement. A crash between sending and
deleting sends a row twice; readers drop the copy by its event id.
"""
