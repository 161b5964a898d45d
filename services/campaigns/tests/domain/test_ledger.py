from datetime import timedelta

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from campaigns.domain.customer import ContactStatus, Slot
from campaigns.domain.ledger import find_full_cap, find_occupied_slots
from campaigns.domain.policy import Cap
from lealtad.events.catalog.customer_profile import Channel
from lealtad.ids import new_id

from .builders import NOON, a_contact, an_id

WEEKLY, MONTHLY = Cap(contacts=2, days=7), Cap(contacts=3, days=30)


def test_a_cap_with_a_free_slot_stops_nothing():
    assert find_full_cap([a_contact()], [WEEKLY], NOON) is None


def test_a_spent_cap_says_when_its_next_slot_is_free():
    violation = find_full_cap([a_contact(days_ago=5), a_contact(days_ago=2)], [WEEKLY], NOON)
    assert violation.rule == "contact-cap"
    assert violation.until == NOON + timedelta(days=2)


def test_the_cap_that_rests_longest_is_named():
    contacts = [a_contact(days_ago=day) for day in (1, 2, 20)]
    assert find_full_cap(contacts, [WEEKLY, MONTHLY], NOON).until == NOON + timedelta(days=10)


def test_a_reservation_holds_its_slot_until_it_expires():
    expires_at = NOON + timedelta(hours=1)
    held = Slot(new_id(), an_id("offer"), Channel.SMS, ContactStatus.RESERVED, NOON, expires_at)
    full = [held, a_contact()]
    assert find_full_cap(full, [WEEKLY], NOON).until == expires_at
    assert find_full_cap(full, [WEEKLY], expires_at) is None


def test_a_cap_of_no_contacts_never_lifts_by_time():
    assert find_full_cap([], [Cap(contacts=0, days=7)], NOON).until is None


class LedgerUse(RuleBasedStateMachine):
    """Channels reserve, confirm, release and let time pass in any order: no cap is ever exceeded."""

    caps = (WEEKLY, MONTHLY)

    def __init__(self) -> None:
        super().__init__()
        self.now = NOON
        self.contacts: list[Slot] = []

    @rule(minutes=st.integers(1, 20_000))
    def time_passes(self, minutes):
        self.now += timedelta(minutes=minutes)

    @rule(hold=st.integers(1, 600))
    def reserve(self, hold):
        if find_full_cap(self.contacts, self.caps, self.now) is None:
            expires_at = self.now + timedelta(minutes=hold)
            slot = Slot(new_id(), an_id("o"), Channel.EMAIL, ContactStatus.RESERVED, self.now, expires_at)
            self.contacts.append(slot)

    @precondition(lambda self: self.contacts)
    @rule(data=st.data())
    def confirm(self, data):
        open_slots = [c for c in find_occupied_slots(self.contacts, self.now) if c.status is ContactStatus.RESERVED]
        if open_slots:
            slot = data.draw(st.sampled_from(open_slots))
            self.contacts.remove(slot)
            self.contacts.append(Slot(slot.contact_id, slot.offer_id, slot.channel, ContactStatus.CONFIRMED, self.now))

    @precondition(lambda self: self.contacts)
    @rule(data=st.data())
    def release(self, data):
        slot = data.draw(st.sampled_from(self.contacts))
        if slot.status is ContactStatus.RESERVED:
            self.contacts.remove(slot)

    @invariant()
    def no_window_holds_more_than_its_cap(self):
        for cap in self.caps:
            within = [c for c in find_occupied_slots(self.contacts, self.now) if c.at > self.now - cap.window]
            assert len(within) <= cap.contacts


LedgerUse.TestCase.settings = settings(max_examples=60, stateful_step_count=40, deadline=None)
TestLedgerUse = LedgerUse.TestCase
