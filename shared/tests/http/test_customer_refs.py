from uuid import UUID

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from lealtad.http import CustomerRef, Problem
from lealtad.keys import as_stored

sources = st.from_regex(r"[a-z0-9-]{1,40}", fullmatch=True)
external_ids = st.from_regex(r"[^/\x00-\x1f\x7f]{1,60}", fullmatch=True)


@given(st.uuids())
def test_an_id_names_the_customer_itself(identity):
    assert CustomerRef.parse(str(identity)) == CustomerRef(id=identity)


@given(sources, external_ids)
def test_a_source_and_its_external_id_are_split_at_the_first_colon(source, external_id):
    assume(external_id.strip())
    ref = CustomerRef.parse(f"{source}:{external_id}")

    assert ref == CustomerRef(source=source, external_id=as_stored(external_id))
    assert CustomerRef.parse(str(ref)) == ref


@pytest.mark.parametrize("written", ["shop:u1 ", "shop: u1", "shop:\u00a0u1"])
def test_an_external_id_is_written_in_a_reference_as_at_its_intake(written):
    assert CustomerRef.parse(written) == CustomerRef(source="shop", external_id="u1")


def test_a_key_that_was_stored_before_it_would_be_refused_can_still_be_named():
    for stored in ("u\u200b1", "ana@example.com"):
        assert CustomerRef.parse(f"shop:{stored}").external_id == stored


@given(st.text(max_size=80))
def test_any_text_is_a_reference_or_a_problem_that_does_not_repeat_it(text):
    parsed = _parsed_or_refused(text)

    if isinstance(parsed, Problem):
        assert (parsed.status, parsed.detail) == (422, "Name the customer by id or by source:external_id.")
    else:
        assert isinstance(parsed.id, UUID) != (parsed.source is not None)


def _parsed_or_refused(text) -> CustomerRef | Problem:
    try:
        return CustomerRef.parse(text)
    except Problem as problem:
        return problem


@pytest.mark.parametrize("text", ["", "shop:", ":1", "Shop:1", "shop:a/b", "shop 1", "12345", "shop:a\n"])
def test_what_is_neither_is_refused_where_it_stands(text):
    with pytest.raises(Problem) as caught:
        CustomerRef.parse(text, pointer="/customer")

    assert caught.value.extensions["errors"][0]["pointer"] == "/customer"
