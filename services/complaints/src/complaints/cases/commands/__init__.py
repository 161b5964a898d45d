"""Commands that change cases."""
