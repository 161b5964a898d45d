from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from customer_profile.domain.consents import Consent, newest
from lealtad.events.catalog.customer_profile import Channel, Purpose

MORNING = datetime(2011, 3, 1, 9, tzinfo=UTC)


def said(granted: bool, *, after_hours: int = 0, lasting_hours: int | None = None) -> Consent:
    given_at = MORNING + timedelta(hours=after_hours)
    expires_at = given_at + timedelta(hours=lasting_hours) if lasting_hours else None
    return Consent(Purpose.MARKETING, Channel.EMAIL, granted, given_at, expires_at)


consents = st.builds(
    Consent,
    purpose=st.sampled_from(Purpose),
    channel=st.sampled_from([None, Channel.EMAIL, Channel.SMS]),
    granted=st.booleans(),
    given_at=st.integers(0, 5).map(lambda hours: MORNING + timedelta(hours=hours)),
    expires_at=st.one_of(st.none(), st.integers(6, 9).map(lambda hours: MORNING + timedelta(hours=hours))),
)


def test_the_newest_word_counts_whatever_arrived_last():
    granted, withdrawn = said(granted=True, after_hours=1), said(granted=False, after_hours=2)
    assert list(newest([withdrawn, granted]).values()) == [withdrawn]


def test_of_two_words_at_once_the_restrictive_one_counts():
    assert list(newest([said(granted=True), said(granted=False)]).values()) == [said(granted=False)]
    assert list(newest([said(granted=True), said(granted=True, lasting_hours=1)]).values()) == [
        said(granted=True, lasting_hours=1)
    ]


@given(st.lists(consents, max_size=8), st.randoms(use_true_random=False))
def test_the_order_of_recording_does_not_matter(history, random):
    shuffled = random.sample(history, len(history))
    assert newest(shuffled) == newest(history)


@given(st.lists(consents, max_size=8))
def test_nothing_newer_was_said(history):
    for key, current in newest(history).items():
        assert all(one.given_at <= current.given_at for one in history if (one.purpose, one.channel) == key)


def test_a_consent_allows_from_when_it_was_given_until_it_expires():
    consent = said(granted=True, lasting_hours=2)
    allowed = [consent.allows(MORNING + timedelta(hours=hours)) for hours in (-1, 0, 1, 2)]
    assert allowed == [False, True, True, False]
    assert not said(granted=False).allows(MORNING)
