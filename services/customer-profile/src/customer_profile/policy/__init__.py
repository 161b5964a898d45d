"""The intake policy: what a manager tunes about how facts and customers come in."""
