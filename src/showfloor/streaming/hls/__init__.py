"""What low-latency HLS looks like on the wire (RFC 8216bis): playlists and cues as EXT-X-DATERANGE.
Pure functions: the same view gives the same text.
"""
