"""Ask each address given as an argument whether it is ready; end with 1 where one is not within a minute."""  # noqa: INP001

import sys
import time
import urllib.request

DEADLINE_S = 60
PAUSE_S = 2
ANSWER_S = 5


def failure(address: str) -> str | None:
    """Return why `address` is not ready, or None."""
    try:
        with urllib.request.urlopen(address, timeout=ANSWER_S):  # noqa: S310 - addresses of the chart
            return None
    except OSError as error:
        return str(error)


def main(addresses: list[str]) -> int:
    """Ask until all are ready, or the time is over."""
    until = time.monotonic() + DEADLINE_S
    while failures := {address: reason for address in addresses if (reason := failure(address))}:
        if time.monotonic() > until:
            for address, reason in failures.items():
                print(f"{address} is not ready: {reason}")  # noqa: T201 - the log of the pod
            return 1
        time.sleep(PAUSE_S)
    print(f"{len(addresses)} services are ready")  # noqa: T201
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
