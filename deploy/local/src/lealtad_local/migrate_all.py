"""Migrate the databases of all services in one process: `python -m lealtad_local.migrate_all`.

Run `python -m <package> migrate` for each service. LEALTAD_DATABASE_URLS holds the addresses by package (JSON). The
import of the platform costs more than the migrations, so one process does it once.
"""

from __future__ import annotations

import json
import os
import runpy
import sys


def main() -> None:
    """Migrate one service after the other; exit with the status of the first failure."""
    urls: dict[str, str] = json.loads(os.environ.pop("LEALTAD_DATABASE_URLS"))
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
