"""Whether customers may be profiled, as time passes and the policy changes."""
