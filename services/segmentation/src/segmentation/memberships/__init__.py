"""Who is in which segment: evaluated, compared with what was announced, told to subscribers."""
