"""The story of the proof: a stack is built, used, hurt, scaled, stopped, and upgraded under load."""

import asyncio
import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

import httpx

from lealtad_containers.addresses import see_events_outside, see_tls
from lealtad_containers.base_images import BaseImages
from lealtad_containers.checkouts import checkout_of
from lealtad_containers.client import found, new_client, new_token, wait_for
from lealtad_containers.engine import Engine
from lealtad_containers.errors import ProofError
from lealtad_containers.guide import prove_guide
from lealtad_containers.history import replay_history
from lealtad_containers.load import Load, judge, under_load
from lealtad_containers.project import Ports, Project, open_project
from lealtad_containers.refusals import see_placeholders_refused
from lealtad_containers.report import Report
from lealtad_containers.upgrade import prove_upgrade

HEALTHY_AGAIN_S = 120
DECISION_S = 60
SCALED = "campaigns-worker"


@dataclass(slots=True)
class Proof:
    """The parts that every step needs."""

    project: Project
    report: Report
    port: int

    @asynccontextmanager
    async def client(self) -> AsyncIterator[httpx.AsyncClient]:
        """Yield a client of the proxy with a fresh token."""
        async with new_client(self.port, new_token(self.project)) as client:
            yield client


async def prove(engine: Engine, images: BaseImages, report: Report, *, ports: Ports, keep: bool) -> None:
    """Run all steps; raise ProofError at the first promise that does not hold."""
    _name_what_is_unproven(engine, images, report)
    with checkout_of("HEAD") as checkout, open_project(engine, images, checkout, "proof", ports) as project:
        proof = Proof(project, report, ports.http)
        with report.step("Build the images of all services") as step:
            project.build()
            step.seen.append("built")
        see_placeholders_refused(project, report)
        # A run that was broken off leaves data with secrets of its own.
        project.down("--volumes")
        try:
            await _start(proof)
            await see_events_outside(project, report)
            await see_tls(project, report)
            await _replay(proof)
            await _hurt(proof)
            await _scale(proof)
            await _restart(proof)
            project.down("--volumes")
            prove_guide(project, report)
            project.down("--volumes")
            await prove_upgrade(engine, images, project, report, ports)
        finally:
            if not keep:
                project.down("--volumes")


async def _start(proof: Proof) -> None:
    with proof.report.step("Start everything") as step:
        proof.project.up()
        step.seen.append(f"{len(proof.project.containers())} containers healthy")
    with proof.report.step("First token, first purchase, first decision, through the proxy") as step:
        async with proof.client() as client:
            load = Load(client, f"first-{uuid.uuid4().hex[:8]}")
            await load.send()
            (customer,) = load.accepted
            path = f"/campaigns/v1/customers/proof:{customer}/next-best-action"
            _, seconds = await wait_for("a decision", lambda: found(client, path), DECISION_S)
            step.seen.append(f"decision {seconds:.1f} s after the purchase")


async def _replay(proof: Proof) -> None:
    with proof.report.step("Replay days of the demo as history") as step:
        async with proof.client() as client:
            accepted = await replay_history(client)
            step.seen.append(f"{accepted} facts accepted")


async def _hurt(proof: Proof) -> None:
    """Kill each container once under load."""
    with proof.report.step("Kill and restart each container under load") as step:
        async with proof.client() as client, under_load(client) as load:
            for container in sorted(each["Name"] for each in proof.project.containers()):
                await asyncio.to_thread(proof.project.kill, container)
                await asyncio.sleep(1)
                await healthy_again(proof.project)
        step.seen.append(judge(load))


async def _scale(proof: Proof) -> None:
    with proof.report.step(f"Scale {SCALED} to 3 and back under load") as step:
        async with proof.client() as client, under_load(client) as load:
            for number in (3, 1):
                scale = ("--scale", f"{SCALED}={number}", "--no-recreate")
                await asyncio.to_thread(proof.project.up, *scale)
                running = len(await asyncio.to_thread(proof.project.names, SCALED))
                if running != number:
                    raise ProofError(f"{running} instead of {number} workers run")
            step.seen.append("3 workers healthy, then 1")
        step.seen.append(judge(load))


async def _restart(proof: Proof) -> None:
    with proof.report.step("Down and up again with all data") as step:
        async with proof.client() as client:
            load = Load(client, f"kept-{uuid.uuid4().hex[:8]}")
            for _ in range(20):
                await load.send()
            proof.project.down()
            proof.project.up()
            step.seen.append(f"{await load.check()} purchases still there")


async def healthy_again(project: Project) -> None:
    """Wait until every container that stays up is healthy."""

    async def all_healthy() -> bool | None:
        containers = await asyncio.to_thread(project.containers)
        well = [each["State"] == "running" and each["Health"] in {"", "healthy"} for each in containers]
        return True if all(well) else None

    await wait_for("all containers healthy", all_healthy, HEALTHY_AGAIN_S)


def _name_what_is_unproven(engine: Engine, images: BaseImages, report: Report) -> None:
    if images.stand_ins:
        report.unproven.append("the entrypoints of the official images: stand-ins of the same versions were used")
    if engine.own:
        report.unproven.append("isolation by iptables between networks: the engine ran without it")
