"""Mail transports."""
