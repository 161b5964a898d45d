"""`python -m segmentation PROCESS`."""

import sys

from lealtad.app import main
from segmentation.service import SERVICE

if __name__ == "__main__":
    sys.exit(main(SERVICE))
