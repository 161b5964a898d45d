"""Preview: a rule evaluated on the base without storing anything."""
