"""Request and answer models of cases."""
