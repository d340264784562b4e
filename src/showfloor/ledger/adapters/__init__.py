"""Files for banks."""
