"""The media server as `shows` speaks to it."""
