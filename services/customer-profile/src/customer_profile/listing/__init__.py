"""Lists of recorded facts and of contracts."""
