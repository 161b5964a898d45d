"""One running stack for all stories, without chance: nobody is held out, no offer is tried for the sake of learning."""

from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime
from http import HTTPStatus

import pytest

from lealtad_demo.client import CAMPAIGNS
from lealtad_demo.stage import Stage
from lealtad_local.home import Home
from lealtad_local.stack import Stack, running_stack, wipe
from lealtad_local.state import Options

from .world import World

A_TUESDAY_MORNING = datetime(2011, 3, 1, 10, tzinfo=UTC)
"""Inside contact hours."""
OF_THE_VERSION = {"version", "changed_at", "changed_by"}


@pytest.fixture(scope="session")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    home = Home(tmp_path_factory.mktemp("e2e") / "home")
    try:
        with running_stack(home, Options(clock=A_TUESDAY_MORNING)) as stack:
            yield stack
    finally:
        wipe(home)


@pytest.fixture(scope="session")
async def world(stack: Stack) -> AsyncIterator[World]:
    async with Stage.on(stack) as stage:
        await without_chance(stage)
        yield World(stage)


async def without_chance(stage: Stage) -> None:
    """Switch hold-out and exploration off in the contact policy."""
    url = f"{stage.stack.urls()[CAMPAIGNS]}/v1/contact-policy"
    current = await stage.operations.get(url)
    document = {name: value for name, value in current.json().items() if name not in OF_THE_VERSION}
    document |= {"hold_out_share": "0", "exploration": "off"}
    changed = await stage.operations.put(url, json=document, headers={"If-Match": current.headers["etag"]})
    assert changed.status_code == HTTPStatus.OK, changed.text
    await stage.settled()
