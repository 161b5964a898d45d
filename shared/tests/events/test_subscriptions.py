"""Who reads what: the table of the design, without loops, and short enough."""

from graphlib import TopologicalSorter

import pytest

from lealtad.events.catalog.campaigns import NextBestActionChanged
from lealtad.events.catalog.churn_scoring import ChurnScored
from lealtad.events.catalog.complaints import CaseAttached, CaseRescheduled
from lealtad.events.catalog.segmentation import MembershipsChanged
from lealtad.events.envelope import MAX_DEPTH
from lealtad.events.model import CATALOG, EventData
from lealtad.events.subscriptions import CUSTOMER_STATES, READERS, Reader
from lealtad.events.topics import TOPICS, Kind

TABLE = {
    "customers": {"segmentation", "churn-scoring", "campaigns", "complaints"},
    "activity": {"segmentation", "churn-scoring", "campaigns"},
    "activity-backfill": {"segmentation", "churn-scoring", "campaigns"},
    "cases": {"customer-profile", "segmentation", "churn-scoring", "campaigns"},
    "scores": {"customer-profile", "segmentation", "campaigns"},
    "segments": {"customer-profile", "campaigns", "complaints"},
    "offers": {"customer-profile", "segmentation", "churn-scoring", "complaints"},
}
"""Readers of each topic, as the design declares them."""

EVALUATIONS: dict[type[EventData], str] = {
    ChurnScored: "churn-scoring",
    MembershipsChanged: "segmentation",
    NextBestActionChanged: "campaigns",
}
"""Facts that a service derives from everything it reads."""

CONSEQUENCES: dict[type[EventData], tuple[type[EventData], ...]] = {
    CaseAttached: CUSTOMER_STATES,
    CaseRescheduled: (MembershipsChanged,),
}
"""Facts that follow from certain types only."""

readers = pytest.mark.parametrize("reader", READERS.values(), ids=READERS.keys())


def types_read(reader: Reader) -> list[type[EventData]]:
    return [event_type for item in reader.subscriptions for event_type in item.types]


def derivations() -> dict[type[EventData], set[type[EventData]]]:
    """Return from which types each derived type follows."""
    evaluated = {derived: set(types_read(READERS[service])) for derived, service in EVALUATIONS.items()}
    return {**evaluated, **{derived: set(sources) for derived, sources in CONSEQUENCES.items()}}


def test_the_readers_of_each_topic_are_those_of_the_design():
    declared = {
        topic.name: {service for service, reader in READERS.items() if topic in reader.topics}
        for topic in TOPICS
        if topic.kind is not Kind.CONTROL
    }

    assert declared == TABLE


@readers
def test_a_service_does_not_read_what_it_writes(reader):
    assert reader.service not in {topic.producer for topic in reader.topics}


@readers
def test_a_service_reads_each_type_once_and_from_its_topic(reader):
    assert len(types_read(reader)) == len(set(types_read(reader)))
    assert all(event_type.topic is item.topic for item in reader.subscriptions for event_type in item.types)


def test_what_names_its_root_causes_is_derived_and_nothing_else_evaluates():
    with_causes = {model for model in CATALOG.values() if "causes" in model.model_fields}

    assert with_causes == EVALUATIONS.keys()


def test_no_derived_fact_follows_from_itself():
    order = list(TopologicalSorter(derivations()).static_order())

    assert set(order) >= set(derivations())


def test_every_chain_of_derived_facts_is_far_shorter_than_what_is_taken_for_a_loop():
    depth: dict[type[EventData], int] = {}
    graph = derivations()
    for derived in TopologicalSorter(graph).static_order():
        depth[derived] = max((depth[source] + 1 for source in graph.get(derived, ())), default=0)

    assert max(depth.values()) <= MAX_DEPTH // 2


def test_every_event_has_a_reader_or_is_for_subscribers_outside():
    read = {event_type for reader in READERS.values() for event_type in types_read(reader)}
    unread = {model for model in CATALOG.values() if model not in read and model.topic.kind is not Kind.CONTROL}

    assert {model.type for model in unread} == {
        "lealtad.offers.contact-reserved.v1",
        "lealtad.offers.contact-confirmed.v1",
        "lealtad.offers.contact-released.v1",
    }


def test_only_consumers_off_the_decision_path_may_gather_longer():
    off_the_path = {service for service, reader in READERS.items() if not reader.on_decision_path}

    assert off_the_path == {"customer-profile", "complaints"}
