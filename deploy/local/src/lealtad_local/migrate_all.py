"""Run `migrate` of all services in one process: `python -m lealtad_local.migrate_all`.

The same as `python -m <package> migrate` five times, with LEALTAD_DATABASE_URLS holding the addresses by package
(JSON). Importing the platform costs more than migrating, so it is imported once.
"""

from __future__ import annotations

import json
import os
import runpy
import sys


def main() -> None:
    """Migrate one service after the other; exit with the message of the first that fails."""
    urls: dict[str, str] = json.loads(os.environ["LEALTAD_DATABASE_URLS"])
    for package, url in urls.items():
        os.environ["LEALTAD_DATABASE_URL"] = url
        sys.argv = [package, "migrate"]
        try:
            runpy.run_module(package, run_name="__main__")
        except SystemExit as end:
            if end.code:
                raise


if __name__ == "__main__":
    main()
