"""What `catalog` needs from outside: a folder for pictures."""
