"""Segments to disk, from the first second of a show, and back into memory after a restart. A slow
or full disk costs recording, never the live show.
"""
