"""Authentication and scopes of callers: bearer tokens (RFC 6750) that are JSON Web Tokens (RFC 7519).

HS256 tokens are checked with the stack's secret, RS256 tokens with a public key if one is set. Times are checked by the
system clock.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from functools import lru_cache
from http import HTTPStatus
from typing import Any

import jwt
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from lealtad.clock import system_now
from lealtad.http.problem import Problem
from lealtad.settings import ProcessSettings

SCOPES = {
    "customers:read": "Read customers, their consents, contracts, purchases and the 360 view",
    "customers:write": "Register and change customers, consents and do-not-contact",
    "facts:read": "List facts: purchases, returns, payments, touchpoints, contracts",
    "facts:write": "Enter facts, one at a time and in batches",
    "segments:read": "Read segment definitions, members and a customer's segments",
    "segments:write": "Create, change and switch segment definitions",
    "scores:read": "Read and rank churn scores",
    "models:read": "Read models, their metrics and parameters",
    "models:write": "Promote and roll back models",
    "offers:read": "Read the offer catalogue",
    "offers:write": "Create and change offers",
    "policies:read": "Read what managers tune: the intake, value, scoring, contact and service policies",
    "policies:write": "Change these policies and the causes of cases, stop and resume promotions",
    "decisions:read": "Read next-best actions and explain decisions",
    "decisions:write": "Ask for a decision and answer with the customer's response",
    "contacts:read": "Read the contact ledger",
    "cases:read": "Read cases of complaints and petitions",
    "cases:write": "Open, acknowledge, resolve and reopen cases",
    "operations:read": "Read the progress of a process: outbox, positions, lag, backlog",
    "traces:read": "Follow an event through a service by its id",
    "dead-letters:read": "Read dead letters",
    "dead-letters:write": "Replay and discard dead letters",
}
"""All scopes, each with its description."""

REALM = "lealtad"
LEEWAY_S = 5
"""Accepted clock difference to the issuer."""

BEARER = HTTPBearer(
    auto_error=False,
    bearerFormat="JWT",
    scheme_name="bearer",
    description="A token with the scopes of the route. `lealtad token` mints one for a local stack.",
)


@dataclass(frozen=True, slots=True)
class Principal:
    """The caller: a stable technical name, and the scopes granted."""

    subject: str
    scopes: frozenset[str]


def mint_token(
    settings: ProcessSettings,
    subject: str,
    scopes: Iterable[str],
    lifetime: timedelta = timedelta(hours=1),
) -> str:
    """Return an HS256 token for `subject` with `scopes`; raise ValueError for an unknown scope."""
    granted = sorted(set(scopes))
    if unknown := [scope for scope in granted if scope not in SCOPES]:
        raise ValueError(f"no such scope: {', '.join(unknown)}; there are {', '.join(SCOPES)}")
    now = system_now()
    claims: dict[str, Any] = {"sub": subject, "scope": " ".join(granted), "aud": settings.token_audience}
    claims |= {"iat": now, "exp": now + lifetime} | ({"iss": settings.token_issuer} if settings.token_issuer else {})
    return jwt.encode(claims, settings.token_secret.get_secret_value(), algorithm="HS256")


def principal_of(token: str, settings: ProcessSettings) -> Principal:
    """Return the caller of `token`; raise a 401 problem that describes its defect."""
    try:
        verified = _verified(token, settings.token_issuer, settings.token_audience, **_keys(settings))
    except jwt.ExpiredSignatureError:
        raise _expired() from None
    except jwt.InvalidAudienceError:
        detail = f"The token is for others: get one for the audience {settings.token_audience}."
        raise _unauthorised(detail) from None
    except (jwt.InvalidIssuerError, jwt.MissingRequiredClaimError) as error:
        raise _unauthorised(f"The token cannot be used: {_defect_of(error, settings)}") from None
    except (jwt.InvalidTokenError, KeyError):
        raise _unauthorised("The token cannot be verified: get one that this deployment issued.") from None
    if verified.until <= system_now().timestamp() - LEEWAY_S:
        raise _expired()
    return verified.principal


@dataclass(frozen=True, slots=True)
class _Verified:
    """The caller of a verified token, and its expiry in seconds since the epoch."""

    principal: Principal
    until: int


# A channel sends one token with thousands of requests. Only verified tokens are cached, errors are not.
@lru_cache(maxsize=256)
def _verified(token: str, issuer: str | None, audience: str, **keys: str) -> _Verified:
    algorithm = str(jwt.get_unverified_header(token).get("alg"))
    claims = jwt.decode(
        token,
        keys[algorithm],
        algorithms=[algorithm],
        options={"require": ["sub", "exp"], "verify_aud": False},
        issuer=issuer,
        leeway=LEEWAY_S,
    )
    _require_audience(claims, audience)
    return _Verified(Principal(claims["sub"], _scopes(claims)), int(claims["exp"]))


def _require_audience(claims: Mapping[str, Any], audience: str) -> None:
    """Raise InvalidAudienceError when a token names audiences without this one; a token may name no audience."""
    named = claims.get("aud", audience)
    if audience not in (named if isinstance(named, list) else [named]):
        raise jwt.InvalidAudienceError


def authenticate(credentials: HTTPAuthorizationCredentials | None, scope: str, settings: ProcessSettings) -> Principal:
    """Return the caller of `credentials`; raise 401 without a valid token, 403 without `scope`."""
    if credentials is None:
        raise _unauthorised("Send a bearer token in the Authorization header.", error=None)
    principal = principal_of(credentials.credentials, settings)
    _require_scope(scope, principal.scopes)
    return principal


def _keys(settings: ProcessSettings) -> dict[str, str]:
    keys = {"HS256": settings.token_secret.get_secret_value()}
    if settings.token_public_key:
        keys["RS256"] = settings.token_public_key.get_secret_value()
    return keys


def _scopes(claims: dict[str, Any]) -> frozenset[str]:
    scope = claims.get("scope")
    return frozenset(scope.split()) if isinstance(scope, str) else frozenset()


def _defect_of(error: jwt.InvalidIssuerError | jwt.MissingRequiredClaimError, settings: ProcessSettings) -> str:
    if isinstance(error, jwt.MissingRequiredClaimError):
        return f"it lacks the claim `{error.claim}`."
    return f"its issuer is not {settings.token_issuer}."


def _expired() -> Problem:
    return _unauthorised("The token has expired: get a new one.")


def _unauthorised(detail: str, error: str | None = "invalid_token") -> Problem:
    challenge = f'Bearer realm="{REALM}"' + (f', error="{error}"' if error else "")
    return Problem(
        HTTPStatus.UNAUTHORIZED,
        "unauthorised",
        "Not authorised",
        detail,
        headers={"WWW-Authenticate": challenge},
    )


def _require_scope(scope: str, granted: Collection[str]) -> None:
    if scope not in granted:
        raise Problem(
            HTTPStatus.FORBIDDEN,
            "scope-missing",
            "The token does not allow this",
            f"Use a token with the scope {scope}, which allows: {SCOPES[scope]}.",
            headers={"WWW-Authenticate": f'Bearer realm="{REALM}", error="insufficient_scope", scope="{scope}"'},
            required_scope=scope,
        )
