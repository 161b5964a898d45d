"""SQL of segments, their versions and the rulebook that they make."""
