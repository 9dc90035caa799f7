"""Reads the texts of files (PDF, Word, Excel, PowerPoint, OpenDocument) in processes that can do nothing else.

`pool` is the gateway's, `disk` is for commands. Only the worker processes import the parsers.
"""
