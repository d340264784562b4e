"""The HTTP port: viewers get playlists and parts, web gets the internal API. A bare protocol, no
framework in the path.
"""
