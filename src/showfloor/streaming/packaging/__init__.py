"""Coded frames to CMAF: parts, segments, init segments, and the window of segments that a show
keeps in memory. It knows media time only; whose clock that is and who watches is decided above.
"""
