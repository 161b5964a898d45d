"""Rules about segments and value, free of any framework."""
