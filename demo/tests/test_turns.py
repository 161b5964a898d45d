from lealtad_demo.turns import entered_on, moves, turning_points

from .decisions import a_decision, answers

LOW, MEDIUM = ("0.1", "low"), ("0.4", "medium")


def places(*decisions):
    return [(turn.position, turn.on.day) for turn in turning_points(decisions)]


def test_only_moments_that_change_the_situation_are_turning_points():
    decisions = [
        a_decision(1, "reward-gift", LOW),
        a_decision(2, "reward-gift", LOW),
        a_decision(3, "reward-gift", MEDIUM),
        a_decision(4, "reward-gift", MEDIUM, mute="complaint-open"),
        a_decision(5, "reward-gift", MEDIUM, mute="complaint-open", segments=["big-basket"]),
        a_decision(6, "reward-gift", MEDIUM, mute="complaint-open", segments=["loyal"]),
    ]
    assert places(*decisions) == [(0, 1), (2, 3), (3, 4), (5, 6)]


def test_another_action_is_a_turning_point_also_when_it_is_of_the_same_kind():
    decisions = [a_decision(day, f"reward-{what}", LOW) for day, what in ((1, "gift"), (2, "card"), (3, "card"))]
    assert places(*decisions) == [(0, 1), (1, 2)]


def test_another_channel_alone_is_shown_only_where_the_offer_is_made_on_it_or_at_the_end():
    def a_gift(day, channel, *responses):
        decision = a_decision(day, "reward-gift", LOW, responses=answers(day, *responses))
        decision["action"]["channel"] = channel
        return decision

    sold = [a_gift(1, "email"), a_gift(2, "web"), a_gift(3, "post", "presented"), a_gift(4, "web"), a_gift(5, "email")]
    assert places(*sold, a_gift(6, "email")) == [(0, 1), (2, 3), (4, 5)]


def test_of_a_segment_the_last_entry_that_is_shown_is_known():
    segments = [["loyal"], [], ["loyal"], ["loyal", "big"]]
    decisions = [a_decision(day, segments=each) for day, each in enumerate(segments, start=1)]
    assert {key: on.day for key, on in entered_on(decisions).items()} == {"loyal": 3}


def test_decisions_of_a_day_are_one_moment_with_all_their_causes():
    first = a_decision(1, causes={"ids": ["a"]})
    (turn,) = turning_points([first, a_decision(1, "reward-gift", LOW, causes={"ids": ["b"]})])
    assert (turn.position, turn.before, turn.causes) == (0, None, frozenset("ab"))


def test_a_contact_or_another_mute_ends_a_moment():
    offered = a_decision(1, "reward-gift", LOW, responses=answers(1, "presented"))
    after, muted = a_decision(1), a_decision(1, mute="complaint-open")
    turns = turning_points([offered, after, muted])
    assert [(turn.position, turn.follows_contact) for turn in turns] == [(0, False), (1, True), (2, False)]


def test_a_decision_of_a_later_day_follows_no_contact():
    offered = a_decision(1, "reward-gift", LOW, responses=answers(1, "presented"))
    assert [turn.follows_contact for turn in turning_points([offered, a_decision(2)])] == [False, False]


def test_segments_that_matter_are_entered_and_left():
    _, turn = turning_points([a_decision(1, segments=["loyal"]), a_decision(2, segments=["lapsing", "high-value"])])
    assert moves(turn) == (["lapsing"], ["loyal"])
