"""`python -m complaints PROCESS`."""

import sys

from complaints.service import SERVICE
from lealtad.app import main

if __name__ == "__main__":
    sys.exit(main(SERVICE))
