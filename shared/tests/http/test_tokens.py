from datetime import timedelta

import jwt
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from pydantic import SecretStr

from lealtad.clock import system_now
from lealtad.http import SCOPES, Problem, mint_token, reads, writes
from lealtad.http.auth import principal_of


@pytest.fixture(scope="module")
def issuer() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


@pytest.fixture
def with_public_key(settings, issuer):
    pem = issuer.public_key().public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    return settings.model_copy(update={"token_public_key": SecretStr(pem.decode())})


def some_claims(**changes):
    return {"sub": "pos-1", "scope": "facts:write cases:read", "exp": system_now() + timedelta(hours=1)} | changes


def test_a_minted_token_names_its_holder_and_scopes(settings):
    principal = principal_of(mint_token(settings, "pos-1", ["facts:write", "cases:read"]), settings)

    assert principal.subject == "pos-1"
    assert principal.scopes == {"facts:write", "cases:read"}


def test_a_scope_that_does_not_exist_is_not_minted_and_guards_no_route(settings):
    with pytest.raises(ValueError, match="no such scope: facts:delete"):
        mint_token(settings, "pos-1", ["facts:delete"])
    for guard in (reads, writes):
        with pytest.raises(ValueError, match="facts:delete is not in"):
            guard("facts:delete")


def test_every_scope_says_what_it_allows():
    for scope, meaning in SCOPES.items():
        resource, _, action = scope.partition(":")
        assert resource
        assert action in ("read", "write")
        assert meaning[0].isupper()


def test_tokens_of_the_public_key_are_accepted_where_one_is_set(settings, with_public_key, issuer):
    token = jwt.encode(some_claims(), issuer, algorithm="RS256")

    assert principal_of(token, with_public_key).subject == "pos-1"
    with pytest.raises(Problem, match="401"):
        principal_of(token, settings)


FORGERIES = {
    "expired": lambda secret: jwt.encode(some_claims(exp=system_now() - timedelta(minutes=1)), secret),
    "of another secret": lambda _: jwt.encode(some_claims(), "x" * 40),
    "unsigned": lambda _: jwt.encode(some_claims(), "", algorithm="none"),
    "without an end": lambda secret: jwt.encode({"sub": "pos-1"}, secret),
    "without a holder": lambda secret: jwt.encode({"exp": system_now() + timedelta(hours=1)}, secret),
    "of another algorithm": lambda secret: jwt.encode(some_claims(), secret * 2, algorithm="HS512"),
    "no token": lambda _: "e30.e30.e30",
}


@pytest.mark.parametrize("forge", FORGERIES.values(), ids=FORGERIES.keys())
def test_a_token_that_cannot_be_trusted_is_refused(settings, forge):
    with pytest.raises(Problem) as caught:
        principal_of(forge(settings.token_secret.get_secret_value()), settings)

    assert caught.value.status == 401
    assert 'error="invalid_token"' in caught.value.headers["WWW-Authenticate"]


def test_a_token_that_was_accepted_is_refused_once_it_expired(settings, monkeypatch):
    token = mint_token(settings, "pos-1", ["facts:write"], lifetime=timedelta(minutes=1))
    assert principal_of(token, settings).subject == "pos-1"

    monkeypatch.setattr("lealtad.http.auth.system_now", lambda: system_now() + timedelta(minutes=2))

    with pytest.raises(Problem, match="401"):
        principal_of(token, settings)


@pytest.mark.parametrize("audience", [None, "lealtad", ["crm", "lealtad"]])
def test_a_token_for_this_audience_or_for_none_is_accepted(settings, audience):
    claims = some_claims() if audience is None else some_claims(aud=audience)

    assert principal_of(jwt.encode(claims, settings.token_secret.get_secret_value()), settings).subject == "pos-1"


@pytest.mark.parametrize("audience", ["crm", ["crm", "erp"], [], 7, {"lealtad": 1}])
def test_a_token_for_others_is_refused_and_told_the_audience(settings, audience):
    token = jwt.encode(some_claims(aud=audience), settings.token_secret.get_secret_value())

    with pytest.raises(Problem) as caught:
        principal_of(token, settings)

    assert caught.value.status == 401
    assert "the audience lealtad" in caught.value.detail


@pytest.mark.parametrize(("issuer", "reason"), [("https://other", "its issuer is not"), (None, "the claim `iss`")])
def test_where_an_issuer_is_set_tokens_of_others_are_refused(settings, issuer, reason):
    strict = settings.model_copy(update={"token_issuer": "https://login.example"})
    claims = some_claims() if issuer is None else some_claims(iss=issuer)

    with pytest.raises(Problem) as caught:
        principal_of(jwt.encode(claims, settings.token_secret.get_secret_value()), strict)

    assert reason in caught.value.detail
    assert principal_of(mint_token(strict, "pos-1", ["facts:write"]), strict).subject == "pos-1"


async def test_without_a_token_the_answer_is_a_challenge(client):
    for header in ("", "Basic cG9zOjE=", "Bearer"):
        answer = await client.get("/v1/things", headers={"Authorization": header})

        assert answer.status_code == 401
        assert answer.headers["www-authenticate"] == 'Bearer realm="lealtad"'


async def test_a_token_of_too_few_scopes_is_told_which_one_is_missing(client, settings):
    header = {"Authorization": f"Bearer {mint_token(settings, 'pos-1', ['facts:read'])}"}

    answer = await client.post("/v1/things", json={"name": "lamp", "amount": 1}, headers=header)

    assert answer.status_code == 403
    assert answer.json()["required_scope"] == "facts:write"
    assert 'scope="facts:write"' in answer.headers["www-authenticate"]


@pytest.mark.parametrize("path", ["/health/live", "/health/ready", "/metrics", "/openapi.json", "/docs"])
async def test_health_metrics_and_documents_are_open(client, path):
    assert (await client.get(path, headers={"Authorization": ""})).status_code == 200
