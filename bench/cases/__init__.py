"""Cases to score detectors on, made from the official formats before the detectors are written.

A family is a module of this package with `TYPES`. `python bench/cases/make.py FAMILY ...` writes one file a type into
tests/data/detection. What is made depends on the type's name alone: running it again changes nothing.
"""
