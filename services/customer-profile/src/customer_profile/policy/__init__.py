"""The intake policy: settings of managers for the intake of facts and customers."""
