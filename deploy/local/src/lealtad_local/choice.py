"""The deployment that a command works with: the local stack, or the one that `--target` names."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import httpx
import typer
from rich.console import Console

from lealtad_local.deployment import Deployment
from lealtad_local.errors import StackError
from lealtad_local.home import Home
from lealtad_local.remote import Remote
from lealtad_local.stack import Stack

T = TypeVar("T")
D = TypeVar("D", bound=Deployment)

ANYWHERE = frozenset({"status", "trace", "dead-letters", "token"})
"""Commands that work with any deployment."""
THERE = {
    "rebuild": "run `python -m PACKAGE rebuild` in a container of the service",
    "republish": "run `python -m PACKAGE republish --since TIME` in a container of the service",
    "adopt-restore": "run `python -m PACKAGE adopt-restore` in a container of the service",
    "logs": "see `docker compose logs` or `kubectl logs`",
}
"""What does the work of a local command in a deployment of containers."""
BY_ITS_PLATFORM = "docker compose, Kubernetes or whatever runs that deployment does this there"


@dataclass(frozen=True)
class Choice:
    """The options before the command, or their environment variables."""

    targets: tuple[str, ...] = ()
    token: str | None = None
    ca_file: Path | None = None
    request_timeout_s: float = 15.0

    def require_possible(self, command: str) -> None:
        """Raise StackError for a target with a command that serves the local stack only."""
        if self.targets and command not in ANYWHERE:
            raise StackError(
                f"`lealtad {command}` serves the local stack only, and a target is given "
                f"(--target or LEALTAD_TARGET). For a target: {THERE.get(command, BY_ITS_PLATFORM)}."
            )

    def remote(self) -> Remote | None:
        """Return the deployment of the target; None without a target: the local stack is meant.

        Print a warning where services have no address, or the token leaves this machine without encryption.
        """
        if not self.targets:
            return None
        remote = Remote.of(self.targets, self.token, self.ca_file, self.request_timeout_s)
        warnings = [f"The token goes to {url} without encryption: use https." for url in remote.in_the_clear]
        if remote.without_address:
            warnings.append(f"Not asked, since no target names them: {', '.join(remote.without_address)}.")
        for warning in warnings:
            Console(stderr=True).print(warning, style="yellow", markup=False, soft_wrap=True)
        return remote


def choice_of(context: typer.Context) -> Choice:
    """Return the choice of the command that runs."""
    return context.obj if isinstance(context.obj, Choice) else Choice()


def running() -> Stack:
    """Return the running local stack; raise `StackError` without one."""
    return Stack.running(Home.default())


def ask(context: typer.Context, question: Callable[[Deployment, httpx.AsyncClient], Awaitable[T]]) -> T:
    """Return the answer of the chosen deployment."""
    return ask_of(choice_of(context).remote() or running(), question)


def ask_of(deployment: D, question: Callable[[D, httpx.AsyncClient], Awaitable[T]]) -> T:
    """Return the answer of `deployment`."""

    async def answer() -> T:
        async with deployment.client() as client:
            return await question(deployment, client)

    return asyncio.run(answer())
