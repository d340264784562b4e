"""Publishing by WebSocket, for browsers (WebCodecs) and for our own `rtc` process: one message, one
packet. docs/operate/publishing.md describes the format.
"""
