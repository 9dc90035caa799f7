"""Listeners: HTTP/1.1 on uvicorn's parser, with the limits and the disconnect signal that a gateway needs."""

from gateway.server.listener import MOST_LOOKERS, Listener, bound, shut

__all__ = ["MOST_LOOKERS", "Listener", "bound", "shut"]
