"""`python -m campaigns api | worker | migrate`."""

from campaigns.service import SERVICE
from lealtad.app import main

raise SystemExit(main(SERVICE))
