"""Drives documents through the rooms: units of work, engines that run them, a ledger, one writer.

The way of a run, a module each: ``lock`` takes OUT, ``inventory`` compares the input with the ``ledger``,
``runner`` submits what is missing as ``units`` to an engine (``engines.local``: supervised processes) and
records each answer at once, ``output`` streams the ledger into ``tables.writer``. Everything that a table
holds comes from the ledger, ordered by file; so neither the number of workers, nor the order in which they
answer, nor an interruption can change a byte.
"""
