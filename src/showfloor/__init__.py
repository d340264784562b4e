"""Showfloor: live shopping that a company hosts itself. ARCHITECTURE.md is the map."""
