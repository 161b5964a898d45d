"""How clients connect to Kafka: in plain, encrypted, and signed in."""

import asyncio
import ssl
import time
from typing import Any

import httpx
from aiokafka.abc import AbstractTokenProvider

from lealtad.settings import KafkaSettings

TOKEN_TIMEOUT_S = 10
TOKEN_MARGIN_S = 30
"""A token is not used in its last seconds: it might end on the way."""


def connection_options(settings: KafkaSettings) -> dict[str, Any]:
    """Return the options by which every client of aiokafka reaches Kafka.

    Raise OSError or ssl.SSLError where a file of certificates cannot be read.
    """
    options: dict[str, Any] = {
        "bootstrap_servers": settings.kafka_bootstrap,
        "security_protocol": settings.kafka_security_protocol,
    }
    if settings.kafka_security_protocol.endswith("SSL"):
        options["ssl_context"] = _ssl_context(settings)
    if settings.signs_in_by_token:
        return {**options, "sasl_mechanism": "OAUTHBEARER", "sasl_oauth_token_provider": ClientCredentials(settings)}
    if settings.kafka_security_protocol.startswith("SASL_") and settings.kafka_password:
        options["sasl_mechanism"] = settings.kafka_sasl_mechanism
        options["sasl_plain_username"] = settings.kafka_username
        options["sasl_plain_password"] = settings.kafka_password.get_secret_value()
    return options


class ClientCredentials(AbstractTokenProvider):  # type: ignore[misc] # aiokafka has no types
    """Tokens of an OAuth 2.0 server for this process (client credentials, RFC 6749 section 4.4)."""

    def __init__(self, settings: KafkaSettings) -> None:
        self._settings = settings
        self._token = ""
        self._valid_until = 0.0
        self._asking = asyncio.Lock()

    async def token(self) -> str:
        """Return a token that is valid for a while; raise OSError where the server gives none.

        aiokafka calls this for each connection.
        """
        async with self._asking:
            if time.monotonic() >= self._valid_until:
                await self._ask()
        return self._token

    async def _ask(self) -> None:
        settings = self._settings
        secret = settings.kafka_password.get_secret_value() if settings.kafka_password else ""
        scope = {"scope": settings.kafka_token_scope} if settings.kafka_token_scope else {}
        verify = ssl.create_default_context(cafile=settings.kafka_ca_file)
        async with httpx.AsyncClient(verify=verify, timeout=TOKEN_TIMEOUT_S) as client:
            try:
                answer = await client.post(
                    str(settings.kafka_token_url),
                    data={"grant_type": "client_credentials", **scope},
                    auth=(str(settings.kafka_username), secret),
                )
                document = answer.raise_for_status().json()
                self._token = str(document["access_token"])
                lifetime = float(document.get("expires_in", 0))
            except (httpx.HTTPError, ValueError, KeyError, TypeError) as error:
                raise ConnectionError(f"no token for Kafka from {settings.kafka_token_url}: {error}") from error
        self._valid_until = time.monotonic() + lifetime - TOKEN_MARGIN_S


def _ssl_context(settings: KafkaSettings) -> ssl.SSLContext:
    context = ssl.create_default_context(cafile=settings.kafka_ca_file)
    if settings.kafka_certificate_file:
        context.load_cert_chain(settings.kafka_certificate_file, settings.kafka_key_file)
    return context
