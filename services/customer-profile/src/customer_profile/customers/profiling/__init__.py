"""Reviews of the permission to profile customers, as time passes and as the intake policy changes."""
