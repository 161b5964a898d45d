"""Heavy libraries are loaded only by the processes that need them."""

import subprocess
import sys

import pytest

HEAVY = ("sklearn", "scipy", "pandas", "joblib")
PROBE = """
import sys
{imports}
print(*sorted(name for name in {heavy} if name in sys.modules))
"""


def loaded_after(imports: str) -> list[str]:
    """Return the heavy libraries that a fresh process has loaded after `imports`."""
    probe = PROBE.format(imports=imports, heavy=HEAVY)
    done = subprocess.run(  # noqa: S603 - our own interpreter and text
        [sys.executable, "-c", probe], capture_output=True, text=True, check=True, timeout=60
    )
    return done.stdout.split()


@pytest.mark.parametrize("process", ["churn_scoring.service", "churn_scoring.__main__"])
def test_api_worker_and_migration_start_without_heavy_libraries(process: str) -> None:
    assert loaded_after(f"import {process}") == []


def test_training_loads_heavy_libraries() -> None:
    # scikit-learn also loads pandas if it is installed.
    assert {"joblib", "scipy", "sklearn"} <= set(loaded_after("import churn_scoring.training.command"))
