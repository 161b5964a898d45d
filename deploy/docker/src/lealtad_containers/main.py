"""The command `lealtad proof-compose`."""

import argparse
import asyncio
from collections.abc import Sequence

import platformdirs
from rich.console import Console

from lealtad_containers.base_images import base_images
from lealtad_containers.engine import open_engine
from lealtad_containers.errors import ProofError
from lealtad_containers.project import Ports
from lealtad_containers.report import PAGE, Report
from lealtad_containers.shell import run as run_command
from lealtad_containers.story import prove
from lealtad_local.ports import free_port


def run(argv: Sequence[str]) -> int:
    """Prove docker-compose.yml of this checkout, and return 0 if every promise held."""
    parser = argparse.ArgumentParser(prog="lealtad proof-compose", description=__doc__)
    parser.add_argument("--no-report", action="store_true", help=f"leave {PAGE} as it is")
    parser.add_argument("--keep", action="store_true", help="leave the last stack running where the engine stays")
    options = parser.parse_args(argv)
    console = Console()
    report = Report(console)
    try:
        with open_engine(platformdirs.user_cache_path("lealtad") / "compose-proof") as engine:
            report.engine = engine.description
            report.commit = run_command(["git", "rev-parse", "--short", "HEAD"]).strip()
            with report.step("Base images") as step:
                images = base_images(engine)
                step.seen.append("stand-ins" if images.stand_ins else "official images")
            asyncio.run(
                prove(engine, images, report, ports=Ports(free_port(), free_port(), free_port()), keep=options.keep)
            )
    except ProofError as error:
        Console(stderr=True).print(str(error), style="red", markup=False, soft_wrap=True)
        return 1
    if not options.no_report:
        report.write()
        console.print(f"Written: {PAGE}")
    return 0
