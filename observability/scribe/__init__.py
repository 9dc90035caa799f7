"""The process that writes the ledger's files, and the form of those files.

A process of its own, not a thread: a thread that comes back from the disk must first get the interpreter's lock, and a
busy event loop lets go of it only for moments that are shorter than a wake-up. Measured beside a loop that relays
streams (60 us of work between two sends): a commit then waits up to half a second for the lock. A process waits for
the disk only.

Standard library only and nothing of the ledger, so that the process starts in 30 ms and stays small.
"""
