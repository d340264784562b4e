"""What `shows` keeps outside the database."""
