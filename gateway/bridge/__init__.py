"""The bridge to vendors of the long tail: litellm in a process of its own, and what keeps that process running.

`reach` and `keeper` are the gateway's side; the rest is loaded in the bridge's process alone.
"""
