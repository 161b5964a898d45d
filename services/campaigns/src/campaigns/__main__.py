"""`python -m campaigns api | worker | migrate`."""

import sys

from campaigns.service import SERVICE
from lealtad.app import main

if __name__ == "__main__":
    sys.exit(main(SERVICE))
