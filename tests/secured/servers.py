"""Servers that demand TLS: Kafka with accounts, and a door with TLS before PostgreSQL, whose wheel has none."""

import asyncio
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from queue import Queue

from lealtad_local.kafka import KafkaServer
from lealtad_local.ports import HOST, free_port

from .certificates import Certificates

ACCOUNT = "lealtad"
PASSWORD = "a-password-of-the-test"
SSL_REQUEST = bytes.fromhex("0000000804d2162f")
CHUNK = 64 << 10


class SecuredKafka(KafkaServer):
    """Kafka whose clients need TLS and an account (SCRAM), or a token (OAUTHBEARER)."""

    format_options = ("--add-scram", f"SCRAM-SHA-512=[name={ACCOUNT},password={PASSWORD}]")

    def __init__(self, folder: Path, certificates: Certificates) -> None:
        super().__init__(folder)
        self._certificates = certificates
        self._secured_port = free_port()

    @property
    def secured(self) -> str:
        """`host:port` for clients outside."""
        return f"{HOST}:{self._secured_port}"

    def properties(self) -> str:
        plain = super().properties()
        for name in ("listeners", "advertised.listeners"):
            plain = plain.replace(f"\n{name}=", f"\n{name}=OUTSIDE://{self.secured},")
        login = "org.apache.kafka.common.security"
        # The broker accepts tokens without a signature, so the test needs no keys of an identity provider.
        by_token = f'{login}.oauthbearer.OAuthBearerLoginModule required unsecuredLoginStringClaim_sub="broker";'
        return plain.replace("protocol.map=", "protocol.map=OUTSIDE:SASL_SSL,") + "\n".join(
            [
                "inter.broker.listener.name=PLAINTEXT",
                "listener.name.outside.sasl.enabled.mechanisms=SCRAM-SHA-512,OAUTHBEARER",
                f"listener.name.outside.scram-sha-512.sasl.jaas.config={login}.scram.ScramLoginModule required;",
                f"listener.name.outside.oauthbearer.sasl.jaas.config={by_token}",
                "listener.name.outside.ssl.keystore.type=PEM",
                f"listener.name.outside.ssl.keystore.location={self._certificates.key_and_certificate}",
                "",
            ]
        )


@contextmanager
def tls_door(port: int, certificates: Certificates) -> Iterator[int]:
    """Yield a port at which PostgreSQL's protocol is spoken with TLS, and passed on to `port` without."""
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(certificates.key_and_certificate)
    opened: Queue[tuple[int, asyncio.AbstractEventLoop, asyncio.Event]] = Queue()

    async def enter(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(OSError, asyncio.IncompleteReadError):
            if await reader.readexactly(len(SSL_REQUEST)) == SSL_REQUEST:
                writer.write(b"S")
                await writer.start_tls(context)
                inside_reader, inside_writer = await asyncio.open_connection(HOST, port)
                await asyncio.gather(_pass_on(reader, inside_writer), _pass_on(inside_reader, writer))
        writer.close()

    async def serve() -> None:
        closing = asyncio.Event()
        server = await asyncio.start_server(enter, HOST, 0)
        opened.put((server.sockets[0].getsockname()[1], asyncio.get_running_loop(), closing))
        await closing.wait()
        server.close()

    thread = threading.Thread(target=lambda: asyncio.run(serve()), daemon=True)
    thread.start()
    door, loop, closing = opened.get(timeout=10)
    try:
        yield door
    finally:
        loop.call_soon_threadsafe(closing.set)
        thread.join(10)


async def _pass_on(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with suppress(OSError):
        while data := await reader.read(CHUNK):
            writer.write(data)
            await writer.drain()
    writer.close()
