"""One rule says which consent is in force, whatever the order in which statements arrive."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lealtad.consents import Consent, allows, changes_at, in_force, merge, newest
from lealtad.events.catalog.customer_profile import Channel, Purpose

MORNING = datetime(2011, 3, 1, 9, tzinfo=UTC)
NOON = MORNING + timedelta(hours=3)
MARKETING, EMAIL, SMS = Purpose.MARKETING, Channel.EMAIL, Channel.SMS
LAST_INSTANT = datetime.max.replace(tzinfo=UTC)


def stated(granted: bool, channel: Channel | None = EMAIL, *, hour: float = 0, lasting: float | None = None) -> Consent:
    given_at = MORNING + timedelta(hours=hour)
    return Consent(MARKETING, channel, granted, given_at, given_at + timedelta(hours=lasting) if lasting else None)


moments = st.one_of(
    st.integers(0, 5).map(lambda hours: MORNING + timedelta(hours=hours)),
    st.just(LAST_INSTANT - timedelta(microseconds=1)),
)
channels = st.sampled_from([None, EMAIL, SMS])
statements = st.builds(
    Consent,
    purpose=st.sampled_from([MARKETING, Purpose.PROFILING]),
    channel=channels,
    granted=st.booleans(),
    given_at=moments,
    expires_at=st.one_of(
        st.none(), st.just(LAST_INSTANT), moments.map(lambda moment: moment + timedelta(microseconds=1))
    ),
)
histories = st.lists(statements, max_size=8)


@pytest.mark.parametrize(
    ("history", "answer"),
    [
        ([], False),
        ([stated(granted=True)], True),
        ([stated(granted=True, channel=SMS)], False),
        ([stated(granted=True, channel=None)], True),
        # The newest statement of a matter, and the restrictive one of two at once.
        ([stated(granted=False), stated(granted=True, hour=1)], True),
        ([stated(granted=True), stated(granted=False, hour=1)], False),
        ([stated(granted=True), stated(granted=False)], False),
        ([stated(granted=True), stated(granted=True, lasting=1)], False),
        ([stated(granted=True), stated(granted=False, channel=None)], False),
        # A refusal of a channel is lifted for that channel only.
        ([stated(granted=False), stated(granted=True, channel=None, hour=1)], False),
        ([stated(granted=False), stated(granted=True, channel=SMS, hour=1)], False),
        ([stated(granted=False, channel=SMS), stated(granted=True, channel=None, hour=1)], True),
        # A general refusal refuses every channel, until one is consented to again.
        ([stated(granted=True), stated(granted=False, channel=None, hour=1)], False),
        ([stated(granted=False, channel=None), stated(granted=True, hour=1)], True),
        ([stated(granted=False, channel=None), stated(granted=True, hour=1, lasting=1)], False),
        ([stated(granted=True, lasting=1), stated(granted=True, channel=None, hour=1)], True),
        ([stated(granted=True, channel=None), stated(granted=True, hour=1, lasting=1)], False),
        # From when it is given, until before it expires; a refusal at once, and for good.
        ([stated(granted=True, hour=4)], False),
        ([stated(granted=True, lasting=3)], False),
        ([stated(granted=False, lasting=1)], False),
    ],
)
def test_a_channel_is_allowed_by_the_statement_in_force(history, answer):
    assert allows(history, MARKETING, EMAIL, NOON) is answer
    assert allows(reversed(history), MARKETING, EMAIL, NOON) is answer


@given(histories, st.randoms(use_true_random=False), channels, moments)
def test_the_order_of_arrival_does_not_matter(history, random, channel, at):
    shuffled = random.sample(history, len(history))
    assert newest(shuffled) == newest(history)
    assert in_force(shuffled, MARKETING, channel, at) == in_force(history, MARKETING, channel, at)


@given(histories, channels, moments)
def test_the_newest_statements_answer_as_the_whole_history_does(history, channel, at):
    assert in_force(newest(history).values(), MARKETING, channel, at) == in_force(history, MARKETING, channel, at)


@given(histories, moments)
def test_nothing_newer_is_known_about_the_matter_of_a_newest_statement(history, at):
    for matter, current in newest(history).items():
        assert all(one.given_at <= current.given_at for one in history if one.matter == matter)
        assert all(current.granted <= one.granted for one in history if one == replace(current, granted=one.granted))


@given(histories, st.sampled_from([EMAIL, SMS]), moments)
def test_no_general_consent_lifts_the_refusal_of_a_channel(history, channel, at):
    own = [one for one in history if one.purpose is MARKETING and one.channel is channel]
    later = Consent(MARKETING, None, granted=True, given_at=at)
    if own and not newest(own)[own[0].matter].granted:
        assert not allows([*history, later], MARKETING, channel, at)


@given(histories, st.sampled_from([EMAIL, SMS]), moments)
def test_after_a_general_refusal_no_channel_is_allowed_until_something_newer_is_stated(history, channel, at):
    refusal = Consent(MARKETING, None, granted=False, given_at=at)
    before = [one for one in history if one.given_at <= at]
    assert not allows([*before, refusal], MARKETING, channel, at)


@given(histories, channels, moments, moments)
def test_time_alone_changes_the_answer_at_the_moments_told_and_at_no_other(history, channel, at, later):
    change = changes_at(history, MARKETING, channel, at)
    if at <= later and (change is None or later < change):
        assert allows(history, MARKETING, channel, at) is allows(history, MARKETING, channel, later)


@given(histories, histories, st.sampled_from([EMAIL, SMS]), moments)
def test_after_a_merge_nothing_is_allowed_that_one_of_the_records_forbade(one, other, channel, at):
    merged = merge(one, other, at)
    assert merged == merge(other, one, at)
    for record in (one, other):
        answer = in_force(record, MARKETING, channel, at)
        if answer is not None and not answer.allows(at):
            assert not allows(merged, MARKETING, channel, at)


@given(histories, st.sampled_from([EMAIL, SMS]), moments)
def test_a_merge_with_a_record_that_says_nothing_or_the_same_changes_no_answer(history, channel, at):
    silent: list[Consent] = []
    for other in (silent, history):
        assert allows(merge(history, other, at), MARKETING, channel, at) is allows(history, MARKETING, channel, at)
