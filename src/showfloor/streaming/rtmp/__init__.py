"""RTMP as encoders speak it: handshake, chunks, messages, AMF commands, FLV tag bodies, and one
session per connection. It proves a publisher by its stream key and hands on sound and picture; what
becomes of them is not known here.
"""
