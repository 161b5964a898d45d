"""Checks of the settings of tokens, and of the stack clock."""

from collections.abc import Iterator
from datetime import timedelta

from jwt.algorithms import RSAAlgorithm
from jwt.exceptions import InvalidKeyError

from lealtad.app.check.findings import Finding, fails, ok
from lealtad.clock import business_clock
from lealtad.http.auth import mint_token, principal_of
from lealtad.http.problem import Problem
from lealtad.settings import ProcessSettings

PUBLIC_KEY = "tokens: public key"


def check(settings: ProcessSettings) -> Iterator[Finding]:
    """Yield whether tokens can be verified, and whether the clock can be read."""
    yield _secret(settings)
    if settings.token_public_key:
        yield _public_key(settings.token_public_key.get_secret_value())
    if settings.clock_file:
        yield _clock(settings)


def _secret(settings: ProcessSettings) -> Finding:
    issuer = settings.token_issuer or "any"
    try:
        principal_of(mint_token(settings, "check", [], timedelta(minutes=1)), settings)
    except Problem as problem:
        return fails("tokens: secret", str(problem.detail), "Correct LEALTAD_TOKEN_SECRET, _ISSUER and _AUDIENCE.")
    return ok("tokens: secret", f"a token is minted and verified; issuer {issuer}, audience {settings.token_audience}")


def _public_key(pem: str) -> Finding:
    advice = "Put the PEM of the identity provider's RSA public key into LEALTAD_TOKEN_PUBLIC_KEY."
    try:
        key = RSAAlgorithm(RSAAlgorithm.SHA256).prepare_key(pem)
    except (InvalidKeyError, ValueError, TypeError):
        return fails(PUBLIC_KEY, "it is no RSA key in PEM", advice)
    if hasattr(key, "private_numbers"):
        return fails(PUBLIC_KEY, "it is a private key, with which tokens are signed", advice)
    return ok(PUBLIC_KEY, f"RSA, {key.key_size} bits")


def _clock(settings: ProcessSettings) -> Finding:
    name = "stack clock"
    try:
        now = business_clock(settings.clock_file).now()
    except (OSError, ValueError) as error:
        advice = "Leave LEALTAD_CLOCK_FILE out, but in a demo or a test."
        return fails(name, f"{settings.clock_file} cannot be read: {type(error).__name__}", advice)
    return ok(name, f"{now.isoformat()}, from {settings.clock_file}")
