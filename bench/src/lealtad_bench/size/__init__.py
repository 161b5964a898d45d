"""The cost of a purchase by the number of customers, and by the number of facts per customer.

Two sizes of each are measured: CPU time by process, and blocks and rows that PostgreSQL touched, which do not depend
on other load of the machine.
"""
