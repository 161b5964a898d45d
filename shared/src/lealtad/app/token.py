"""`python -m <package> token`: mint a bearer token with the deployment's secret, where no identity provider does."""

import argparse
import sys
from datetime import timedelta

from lealtad.app.service import Service
from lealtad.http.auth import SCOPES, mint_token

HOURS = 12.0
LONGEST_HOURS = 24.0 * 366


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments of the command."""
    parser.add_argument("--subject", default="operator", help="technical name of the caller (operator)")
    parser.add_argument(
        "--scope", action="append", choices=SCOPES, metavar="SCOPE", help="repeat for several; all without it"
    )
    parser.add_argument("--hours", type=_hours, default=HOURS, help=f"how long the token is valid ({HOURS:g})")


def main(service: Service, arguments: argparse.Namespace) -> int:
    """Print the token and return the exit status."""
    lifetime = timedelta(hours=arguments.hours)
    token = mint_token(service.settings(), arguments.subject, arguments.scope or SCOPES, lifetime)
    sys.stdout.write(f"{token}\n")
    return 0


def _hours(text: str) -> float:
    hours = float(text)
    if not 0 < hours <= LONGEST_HOURS:
        raise argparse.ArgumentTypeError(f"must be more than 0 and at most {LONGEST_HOURS:g}")
    return hours
