"""RTMP 1.0 (Adobe, 2012), the publisher's side of a conversation: handshake, chunks, commands."""
