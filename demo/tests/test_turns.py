from lealtad_demo.turns import moves, turning_points

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


def test_an_action_that_was_carried_out_is_told_unless_it_was_before():
    carried_out = answers(3, "presented")
    told = a_decision(1, "reward-gift", LOW)
    assert places(told, a_decision(2, "reward-card", LOW, responses=carried_out)) == [(0, 1), (1, 2)]
    assert places(told, a_decision(2, "reward-gift", LOW, responses=carried_out)) == [(0, 1)]


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
