"""What decoder configurations and coded frames say: H.264 and AAC. Pure functions over bytes; a
configuration that cannot be packaged raises ConfigError.
"""
