from decimal import Decimal
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from campaigns.domain.hold_out import is_held_out


@given(customer=st.uuids(), small=st.decimals(0, "0.5", places=2), more=st.decimals(0, "0.5", places=2))
def test_a_larger_share_keeps_everyone_who_was_held_out(customer, small, more):
    if is_held_out(customer, "salt", min(small, more)):
        assert is_held_out(customer, "salt", max(small, more))


def test_the_share_is_kept():
    held = sum(is_held_out(UUID(int=number), "salt", Decimal("0.05")) for number in range(20_000))
    assert 900 <= held <= 1_100


def test_another_salt_draws_another_hold_out():
    customers = [UUID(int=number) for number in range(2_000)]
    share = Decimal("0.05")
    assert {c for c in customers if is_held_out(c, "a", share)} != {c for c in customers if is_held_out(c, "b", share)}
