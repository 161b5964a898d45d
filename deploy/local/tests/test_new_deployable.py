"""A deployable without a database is one folder, and one line in the registry: the local stack runs it."""

import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import httpx
import pytest

from lealtad.http import mint_token
from lealtad.settings import ProcessSettings
from lealtad_local import bring_up
from lealtad_local.bring_up import Plan
from lealtad_local.credentials import Credentials
from lealtad_local.home import Home
from lealtad_local.keeper import ProcessSpec
from lealtad_local.services import SERVICES, Environment, registered

SECRET = "the secret of this test: 32 bytes or more"
START_S = 60
LINE = 'page = "page.service:SERVICE"'
SERVICE = '''
from typing import Annotated

from fastapi import APIRouter, Depends
from lealtad.app import HttpPart, Service
from lealtad.http import Principal, allows
from lealtad.settings import ProcessSettings

router = APIRouter(prefix="/v1")

@router.get("/greeting")
async def greet(caller: Annotated[Principal, Depends(allows("scores:read"))]) -> str:
    """Greet the caller."""
    return f"Hello, {caller.subject}"

SERVICE = Service("page", "A page", "Greets", HttpPart((router,)), settings=ProcessSettings)
'''
MAIN = "import sys\nfrom lealtad.app import main\nfrom page.service import SERVICE\nsys.exit(main(SERVICE))\n"


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A folder with the package, and beside it what an installation makes of the line in `pyproject.toml`."""
    folder = tmp_path_factory.mktemp("installed")
    files = {
        "page/__init__.py": "",
        "page/__main__.py": MAIN,
        "page/service.py": SERVICE,
        "lealtad_page-0.dist-info/METADATA": "Metadata-Version: 2.1\nName: lealtad-page\nVersion: 0\n",
        "lealtad_page-0.dist-info/entry_points.txt": f"[lealtad.services]\n{LINE.replace(chr(34), '')}\n",
    }
    for name, content in files.items():
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text(content)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sys, "path", [str(folder), *sys.path])
        patch.setattr(bring_up, "DEPLOYABLES", registered())
        patch.setenv("PYTHONPATH", str(folder))
        patch.delenv("LEALTAD_DATABASE_URL", raising=False)
        yield folder


@pytest.fixture(scope="module")
def declared(installed: Path) -> dict[str, ProcessSpec]:
    """The processes of a stack with the page, by name."""
    plan = Plan(Home(installed), Credentials(token_secret=SECRET, passwords={}), before=None)
    environment = Environment(SECRET, database_urls={service.name: "postgresql://" for service in SERVICES})
    return {spec.name: spec for spec in plan._processes(environment, workers=1)}


@pytest.fixture(scope="module")
def page(declared: dict[str, ProcessSpec]) -> Iterator[httpx.Client]:
    """The page's API in a process of its own."""
    spec = declared["page-api"]
    command = spec.command()
    process = subprocess.Popen(command.argv, env=command.environment())  # noqa: S603
    try:
        wait_until_ready(spec, process)
        with httpx.Client(base_url=f"http://127.0.0.1:{spec.port}", timeout=30) as client:
            yield client
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=30) == 0
    finally:
        process.kill()
        process.wait()


def wait_until_ready(spec: ProcessSpec, process: "subprocess.Popen[bytes]") -> None:
    until = time.monotonic() + START_S
    while not spec.ready():
        assert time.monotonic() < until
        with suppress(subprocess.TimeoutExpired):
            pytest.fail(f"the process ended with status {process.wait(timeout=0.1)}")


def test_the_stack_runs_its_api_and_no_worker(declared: dict[str, ProcessSpec]) -> None:
    assert {name for name in declared if name.startswith("page")} == {"page-api"}
    assert len(declared) == 2 * len(SERVICES) + 1


@pytest.mark.smoke
def test_it_is_ready_shows_metrics_and_its_document_and_checks_tokens(page: httpx.Client) -> None:
    assert page.get("/health/ready").status_code == 200
    assert "lealtad_http_requests_total" in page.get("/metrics").text
    document = page.get("/openapi.json").json()
    assert document["info"]["title"] == "A page"
    assert set(document["paths"]) == {"/health/live", "/health/ready", "/metrics", "/v1/greeting"}

    refused = page.get("/v1/greeting")
    assert (refused.status_code, refused.headers["content-type"]) == (401, "application/problem+json")
    assert refused.json()["title"] == "Not authorised"
    token = mint_token(ProcessSettings(token_secret=SECRET), "tests", ["scores:read"])
    page.headers["Authorization"] = f"Bearer {token}"
    assert page.get("/v1/greeting").json() == "Hello, tests"
    assert page.get("/v1/greeting?email=x").status_code == 422
    assert page.get("/v1/nothing").json()["status"] == 404
