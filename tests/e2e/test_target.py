"""`lealtad --target` does for any deployment what it does for the local stack: here a stack seen by its addresses."""

import asyncio
import json

import pytest
from typer.testing import CliRunner, Result

from lealtad_local.cli import app

from .world import World

pytestmark = [pytest.mark.stack, pytest.mark.slow]


async def lealtad(world: World, *arguments: str) -> Result:
    stack = world.stage.stack
    targets = [f"--target={name}={url}" for name, url in stack.urls().items()]
    variables = {"LEALTAD_TOKEN": stack.token(), "LEALTAD_HOME": "/nonexistent"}
    return await asyncio.to_thread(CliRunner().invoke, app, [*targets, *arguments], env=variables)


async def test_a_healthy_deployment_shows_its_workers_and_a_purchase_is_traced_through_all_services(world: World):
    customer = await world.newcomer()
    purchase = await world.buy(customer)
    await world.settled()

    shown = await lealtad(world, "status", "--json")

    found = json.loads(shown.stdout)
    assert (shown.exit_code, found["away"]) == (0, [])
    assert {name: each["workers"] for name, each in found["consumers"].items()} == {
        name: [f"{name}-0"] for name in world.stage.stack.urls()
    }
    traced = await lealtad(world, "trace", purchase)
    assert traced.exit_code == 0
    assert all(name in traced.stdout for name in ("customer-profile", "churn-scoring", "segmentation", "campaigns"))
    assert (await lealtad(world, "dead-letters", "list")).exit_code == 0
