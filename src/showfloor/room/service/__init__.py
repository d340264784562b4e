"""Use cases of `room`, one file a noun: access, messages, keeping."""

from showfloor.room.service.keeping import erase, forget_old
from showfloor.room.service.messages import Guest, get_message, list_messages, send_message

__all__ = ["Guest", "erase", "forget_old", "get_message", "list_messages", "send_message"]
