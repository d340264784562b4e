"""One publisher's media from its first message to its last: time stamps made continuous, the show
clock anchored to arrival, tracks fixed after a second of listening, and the health figures that the
host reads.
"""
