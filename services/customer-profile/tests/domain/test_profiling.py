"""Whether a customer may be profiled: by objection or by consent, in any order, and as time goes by."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from customer_profile.domain.profiling_permission import ProfilingBasis, profiling_permission
from lealtad.consents import Consent, newest
from lealtad.events.catalog.customer_profile import Channel, Purpose

MORNING = datetime(2011, 3, 1, 9, tzinfo=UTC)
NOON = MORNING + timedelta(hours=3)
OBJECTION, CONSENT = ProfilingBasis.OBJECTION, ProfilingBasis.CONSENT


def stated(granted: bool, channel: Channel | None = None, *, hour: int = 0, lasting: int | None = None) -> Consent:
    given_at = MORNING + timedelta(hours=hour)
    expires_at = given_at + timedelta(hours=lasting) if lasting else None
    return Consent(Purpose.PROFILING, channel, granted, given_at, expires_at)


moments = st.integers(0, 5).map(lambda hours: MORNING + timedelta(hours=hours))
histories = st.lists(
    st.builds(
        Consent,
        purpose=st.sampled_from([Purpose.PROFILING, Purpose.MARKETING]),
        channel=st.sampled_from([None, Channel.EMAIL, Channel.SMS]),
        granted=st.booleans(),
        given_at=moments,
        expires_at=st.none() | moments,
    ),
    max_size=8,
)
bases = st.sampled_from(ProfilingBasis)


@pytest.mark.parametrize(
    ("history", "by_objection", "by_consent"),
    [
        ([], True, False),
        ([Consent(Purpose.MARKETING, None, granted=False, given_at=MORNING)], True, False),
        ([stated(granted=True)], True, True),
        ([stated(granted=True, channel=Channel.EMAIL)], True, False),
        ([stated(granted=True, lasting=3)], True, False),
        ([stated(granted=False)], False, False),
        ([stated(granted=False, channel=Channel.EMAIL)], False, False),
        ([stated(granted=False, channel=Channel.EMAIL), stated(granted=True, hour=1)], False, False),
        ([stated(granted=False), stated(granted=True, channel=Channel.EMAIL, hour=1)], False, False),
        ([stated(granted=False), stated(granted=True, hour=1)], True, True),
        ([stated(granted=True), stated(granted=False)], False, False),
    ],
)
def test_an_objection_on_any_channel_forbids_and_the_basis_says_what_silence_means(history, by_objection, by_consent):
    assert profiling_permission(history, OBJECTION, NOON).allowed is by_objection
    assert profiling_permission(history, CONSENT, NOON).allowed is by_consent


@given(histories, bases, moments, st.randoms(use_true_random=False))
def test_the_order_of_arrival_does_not_matter(history, basis, at, random):
    shuffled = random.sample(history, len(history))
    assert profiling_permission(shuffled, basis, at) == profiling_permission(history, basis, at)
    assert profiling_permission(list(newest(history).values()), basis, at) == profiling_permission(history, basis, at)


@given(histories, moments)
def test_whoever_is_allowed_by_consent_is_allowed_by_objection(history, at):
    assert profiling_permission(history, OBJECTION, at).allowed >= profiling_permission(history, CONSENT, at).allowed


@given(histories, bases, moments, moments)
def test_time_alone_changes_the_permission_at_the_stated_moment_and_at_no_other(history, basis, at, later):
    found = profiling_permission(history, basis, at)
    if at <= later and (found.changes_at is None or later < found.changes_at):
        assert profiling_permission(history, basis, later).allowed is found.allowed
