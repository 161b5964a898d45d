"""The entry point `python -m churn_scoring PROCESS`."""

import sys

from churn_scoring.service import SERVICE
from lealtad.app import main

if __name__ == "__main__":
    sys.exit(main(SERVICE))
