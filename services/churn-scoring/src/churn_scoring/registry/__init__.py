"""Models that were trained, with what was measured of them, and the loading of the one in force."""
