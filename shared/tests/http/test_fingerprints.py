import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from lealtad.http.idempotency import IdempotentRequest, is_kept

BASE = {"principal": "pos-1", "method": "POST", "path": "/v1/purchases", "key": "k1", "query": b"", "body": b"{}"}
texts = st.text(st.characters(codec="utf-8"), max_size=30)


def a_request(**changes) -> IdempotentRequest:
    return IdempotentRequest.of(**(BASE | changes))


@given(st.binary(max_size=200), st.binary(max_size=50))
def test_the_same_request_has_the_same_fingerprint(body, query):
    assert a_request(body=body, query=query) == a_request(body=body, query=query)


@given(*[st.binary(max_size=50)] * 4)
def test_another_query_or_body_has_another_content(query, body, other_query, other_body):
    assume((query, body) != (other_query, other_body))

    one, other = a_request(query=query, body=body), a_request(query=other_query, body=other_body)

    assert one.content != other.content
    assert one.scope == other.scope


@given(*[st.tuples(texts, texts, texts, texts)] * 2)
def test_callers_methods_paths_and_keys_do_not_run_together(one, other):
    assume(one != other)
    names = ("principal", "method", "path", "key")

    assert (
        a_request(**dict(zip(names, one, strict=True))).scope != a_request(**dict(zip(names, other, strict=True))).scope
    )


def test_parts_are_told_apart_where_they_meet():
    assert a_request(path="/a", key="bc").scope != a_request(path="/ab", key="c").scope
    assert a_request(query=b"a", body=b"b").content != a_request(query=b"", body=b"ab").content


@pytest.mark.parametrize("personal", [False, True])
def test_successes_and_refusals_of_the_content_without_personal_data_are_kept(personal):
    statuses = (200, 201, 204, 400, 401, 404, 409, 412, 422, 428, 429, 500, 503)

    kept = [status for status in statuses if is_kept(status, personal=personal)]

    assert kept == [200, 201, 204] + [422] * (not personal)
