"""The addresses that the stack publishes: Kafka for software outside, and the proxy with TLS."""

import asyncio
import ssl
from dataclasses import replace

import httpx
from aiokafka import AIOKafkaConsumer

from lealtad_containers.client import wait_for
from lealtad_containers.errors import ProofError
from lealtad_containers.project import Project
from lealtad_containers.report import Report

TOPIC = "lealtad.activity"
AUTHORITY = "/data/caddy/pki/authorities/local/root.crt"
RECORD_S = 30


async def see_events_outside(project: Project, report: Report) -> None:
    """Read an event at the listener that software outside uses; raise ProofError if none comes."""
    with report.step("Subscribe to events from outside the containers") as step:
        address = f"localhost:{project.variables['LEALTAD_KAFKA_PORT']}"
        consumer = AIOKafkaConsumer(TOPIC, bootstrap_servers=address, auto_offset_reset="earliest")
        await consumer.start()
        try:
            record = await asyncio.wait_for(consumer.getone(), RECORD_S)
        except TimeoutError:
            raise ProofError(f"no event of {TOPIC} came at {address}") from None
        finally:
            await consumer.stop()
        step.seen.append(f"an event of {record.topic} at the published listener")


async def see_tls(project: Project, report: Report) -> None:
    """Give the proxy a certificate, and ask for a service's health with it; raise ProofError if that fails."""
    with report.step("TLS by setting") as step:
        settings = {"LEALTAD_SITE": "https://localhost", "LEALTAD_TLS": "tls internal"}
        secured = replace(project, variables={**project.variables, **settings})
        await asyncio.to_thread(secured.up, "--no-deps", "proxy")
        authority = await asyncio.to_thread(secured.execute, "proxy", "cat", AUTHORITY)
        context = ssl.create_default_context(cadata=authority)
        base = f"https://localhost:{project.variables['LEALTAD_HTTPS_PORT']}"
        async with httpx.AsyncClient(base_url=base, verify=context) as client:

            async def ready() -> int | None:
                answer = await client.get("/customer-profile/health/ready")
                return answer.status_code if answer.is_success else None

            await wait_for("a secured answer", ready)
        await asyncio.to_thread(project.up, "--no-deps", "proxy")
        step.seen.append("the proxy answers at its certificate's name")
