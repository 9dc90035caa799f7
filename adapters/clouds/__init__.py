"""Who the gateway is at a cloud: credentials that run out, tokens that are fetched, requests that are signed.

Each cloud's own library finds the identity by the cloud's standard chain. It is imported when the first call asks for
it and never by a process that has no such vendor.
"""
