from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from customer_profile.domain.fingerprint import fingerprint

CONTENT = st.fixed_dictionaries(
    {},
    optional={
        "text": st.none() | st.text(max_size=5),
        "number": st.integers(-(2**40), 2**40),
        "amount": st.decimals(allow_nan=False, allow_infinity=False, places=4, min_value=-(10**14), max_value=10**14),
        "time": st.datetimes(timezones=st.just(UTC)),
        "lines": st.lists(st.text(max_size=3), max_size=3),
    },
)


def test_the_same_content_written_otherwise_is_the_same_fact():
    morning = datetime(2011, 3, 1, 9, tzinfo=UTC)
    bogota = timezone(timedelta(hours=-5))
    assert fingerprint({"total": Decimal("1.50"), "at": morning, "lines": [{"sku": "A", "n": 1}]}) == fingerprint(
        {"lines": [{"n": 1, "sku": "A"}], "at": morning.astimezone(bogota), "total": Decimal("1.5000")}
    )


def test_zero_is_zero():
    assert fingerprint({"n": Decimal("0.00")}) == fingerprint({"n": Decimal("-0E+3")})


@given(CONTENT, CONTENT)
def test_other_content_is_another_fact(one, other):
    assert (fingerprint(one) == fingerprint(other)) == (in_any_order(one) == in_any_order(other))


def in_any_order(content):
    return content | {"lines": sorted(content["lines"])} if "lines" in content else content


def test_order_of_lines_is_no_content():
    one, other = {"sku": "A", "n": Decimal(1)}, {"sku": "B", "n": Decimal(2)}

    assert fingerprint({"lines": [one, other]}) == fingerprint({"lines": [other, one]})
    assert fingerprint({"lines": [one, one]}) != fingerprint({"lines": [one]})
