"""When database and Kafka do not fit.

`outbox_reconciliation` checks at start that the service's own topics hold only what its database emitted. Where they
hold more, `consumption_pause` tells all processes why the workers stand still, and the command `adopt-restore` repairs
that with `adopt_cluster`. `rebuild` folds derived state anew from the topics, beside the tables in use.
"""
