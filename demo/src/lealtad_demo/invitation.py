"""Instructions that are printed if the stack stays up."""

from collections.abc import Mapping, Sequence

from rich.console import Console

from lealtad_demo.client import CAMPAIGNS, PROFILE


def invite(urls: Mapping[str, str], token: str, refs: Sequence[str], console: Console) -> None:
    """Print addresses, a token, and requests about the customers of the stories, ready for a shell."""
    console.print("\nThe stack stays up. Its APIs:")
    for service, url in urls.items():
        console.print(f"{service:<18} {url}/docs")
    console.print("\nA token for all of them, valid for 12 hours:")
    console.out(token)
    if refs:
        console.print("\nAsk about the customers of the stories (next-best action, 360 view):")
        console.out("TOKEN=$(.venv/bin/lealtad token)", highlight=False)
    for ref in refs:
        for address in (
            f"{urls[CAMPAIGNS]}/v1/customers/{ref}/next-best-action",
            f"{urls[PROFILE]}/v1/customers/{ref}",
        ):
            console.out(f'curl -H "Authorization: Bearer $TOKEN" {address}', highlight=False)
    console.print("\nIts clock stands in the year of the invoices. Stop it: .venv/bin/lealtad down")
