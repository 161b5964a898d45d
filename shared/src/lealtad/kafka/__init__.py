"""Kafka, in four rooms.

`client` connects and reads bytes; `publish` sends the outbox; `consume` turns records into derived state and
reactions; `recovery` makes database and Kafka fit again after a restore, a new cluster or a change of projections.
`topics` creates the topics, `naming` says what they are called, and `offsets` names places in them.
"""
