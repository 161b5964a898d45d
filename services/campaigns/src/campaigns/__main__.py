"""`python -m campaigns PROCESS`."""

import sys

from campaigns.service import SERVICE
from lealtad.app import main

if __name__ == "__main__":
    sys.exit(main(SERVICE))
