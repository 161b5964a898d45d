"""`python -m complaints api | worker | migrate`."""

from complaints.service import SERVICE
from lealtad.app import main

raise SystemExit(main(SERVICE))
