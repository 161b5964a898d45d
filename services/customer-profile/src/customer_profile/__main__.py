"""`python -m customer_profile PROCESS`."""

import sys

from customer_profile.service import SERVICE
from lealtad.app import main

if __name__ == "__main__":
    sys.exit(main(SERVICE))
