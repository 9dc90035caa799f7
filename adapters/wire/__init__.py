"""Bytes: JSON bodies with spans, server-sent events, header lists."""
