"""Opus turned into AAC, beside the event loop. The first publisher who needs it loads PyAV."""
