"""The roof: joins adapters, policies and observability on one explicit path."""
