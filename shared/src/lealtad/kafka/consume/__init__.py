"""From records to derived state and reactions.

1. `assignment` owns partitions and starts at the stored `positions`, whatever Kafka's own offsets are.
2. `consumer` polls, paced by `pacing`; `lanes` reads a backfill only while live topics have no lag.
3. `batch` handles what was polled in one transaction: it moves the positions (fenced), drops known events, calls the
   service's `projections`, reacts, and writes journal and outbox.
4. Reactions that wait for a follow-up, or for the end of a `backfill`, are `deferred_reactions`.
5. A transient failure is tried again; a permanent one is isolated by halving and becomes one of the `dead_letters`.
   `replay` tries these again on request. `dead_letter_limit` stops the loop when most records fail;
   `standstill` is how it waits.
6. `progress`, `freshness`, `monitor` and `offset_history` say how far the service has come.
"""
