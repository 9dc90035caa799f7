"""Exact admission: reserve before, settle after."""
