"""A supervisor of two tiny children, run as a program of its own: `tiny_stack.py HOME`."""

import sys
from functools import partial
from pathlib import Path

from lealtad_local.home import Home
from lealtad_local.keeper import Patience, ProcessSpec
from lealtad_local.ports import free_port
from lealtad_local.probes import answers_ok
from lealtad_local.processes import Command
from lealtad_local.state import Options
from lealtad_local.supervisor import Level, Supervisor, held, supervise

CHILD = str(Path(__file__).with_name("tiny_child.py"))
PATIENCE = Patience(start=10, frozen=1, stop=1, ready_interval=0.05, live_interval=0.1, first_delay=0.05)


def tiny(name: str, port: int) -> ProcessSpec:
    command = Command((sys.executable, CHILD), env={"TINY_PORT": str(port)})
    answers = partial(answers_ok, port, "/")
    return ProcessSpec(name, port, command=lambda: command, live=answers, ready=answers)


async def bring_up(supervisor: Supervisor) -> None:
    supervisor.say("starting")
    if "broken" in sys.argv:
        await supervisor.run_once("broken", Command((sys.executable, "-c", "raise SystemExit('no luck')")))
    port = free_port()
    await supervisor.keep(Level.SERVERS, tiny("server", port))
    await supervisor.keep(Level.SERVICES, tiny("service", port if "crowded" in sys.argv else free_port()))


def main() -> None:
    home = Home(Path(sys.argv[1]))
    with held(home):
        supervise(Supervisor(home, Options(), PATIENCE), bring_up)


main()
