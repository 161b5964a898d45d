"""SQL of segments and their versions, and of the rulebook that they make."""
