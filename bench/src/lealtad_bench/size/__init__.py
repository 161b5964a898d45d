"""Shows whether the cost of a purchase grows with the number of customers, or with the facts that a customer has.

Measured at two sizes of each: CPU time by process, and what PostgreSQL touched (blocks and rows), which no busy
neighbour changes.
"""
