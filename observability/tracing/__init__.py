"""Traces: which calls are kept, what of them is told in OpenTelemetry's form, and the way to a collector."""
