"""Known values: what rules can match, by the policies in force and the present customers."""
