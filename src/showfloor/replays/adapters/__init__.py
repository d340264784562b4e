"""Where replays lie: one file for each kind of storage."""
