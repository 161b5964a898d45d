"""The upgrade from the first commit that can be upgraded, under load."""

import asyncio
from pathlib import Path

import yaml

from lealtad_containers.base_images import BaseImages
from lealtad_containers.checkouts import checkout_of
from lealtad_containers.client import new_client, new_token
from lealtad_containers.engine import Engine
from lealtad_containers.errors import ProofError
from lealtad_containers.load import NO_ANSWER, judge, under_load
from lealtad_containers.project import FILE, Ports, Project, open_project
from lealtad_containers.report import Report

CADDYFILE = Path("deploy/docker/Caddyfile")
FIRST_UPGRADABLE = "11b7b8e54f7505113926b2cf1612750d4caf2497"
"""The commit of docs/platform.md that holds the first revision of each history of migrations."""


async def prove_upgrade(engine: Engine, images: BaseImages, project: Project, report: Report, ports: Ports) -> None:
    """Start the old version, replace it by `project` under load, and check every accepted purchase."""
    with (
        checkout_of(FIRST_UPGRADABLE) as before,
        report.step(f"Build and start commit {FIRST_UPGRADABLE[:7]}") as step,
        open_project(engine, images, before, "before", ports) as old,
    ):
        _add_proxy(before, project.checkout)
        old.build()
        old.up()
        step.seen.append("healthy")
    with report.step("Upgrade under load") as step:
        async with new_client(ports.http, new_token(project)) as client, under_load(client) as load:
            await asyncio.to_thread(project.up)
        if load.statuses[NO_ANSWER]:
            raise ProofError(f"{load.statuses[NO_ANSWER]} requests got no answer")
        step.seen.append(judge(load))


def _add_proxy(before: Path, now: Path) -> None:
    """Put today's proxy in front of the old version, which had none: callers have one address through the upgrade."""
    old, new = (yaml.safe_load((checkout / FILE).read_text()) for checkout in (before, now))
    proxy = new["services"]["proxy"]
    # The same file for both versions: the proxy then stays as it is.
    proxy["volumes"] = [each.replace(f"./{CADDYFILE}", str(now / CADDYFILE)) for each in proxy["volumes"]]
    old["services"]["proxy"] = proxy
    old["volumes"] = {**new["volumes"], **old["volumes"]}
    (before / FILE).write_text(yaml.safe_dump(old))
