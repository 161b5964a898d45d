"""The number of partitions is chosen once and kept as long as the data."""

import pytest

from lealtad_local.errors import StackError
from lealtad_local.home import Home
from lealtad_local.partitions import choose
from lealtad_local.state import PARTITIONS, Options, Phase, StackState


def test_a_new_stack_has_few_partitions_unless_another_number_is_asked_for():
    assert choose(Options(), None) == PARTITIONS == 4
    assert choose(Options(partitions=9), None) == 9


def test_existing_data_keep_their_number_whether_or_not_it_is_named():
    assert choose(Options(), 7) == 7
    assert choose(Options(partitions=7), 7) == 7


def test_another_number_than_that_of_the_data_is_refused_with_the_command_that_begins_anew():
    with pytest.raises(StackError, match="lealtad up --fresh --partitions 5"):
        choose(Options(partitions=5), 4)


def test_more_workers_than_partitions_are_refused():
    assert choose(Options(workers=4), None) == 4
    with pytest.raises(StackError, match="--workers 5 --partitions 5"):
        choose(Options(workers=5), None)


def test_a_state_file_from_before_the_setting_means_twelve(tmp_path):
    home = Home(tmp_path)
    home.state.write_text(StackState(phase=Phase.STOPPED).model_dump_json(exclude={"options": {"partitions"}}))
    state = StackState.load(home)
    assert state
    assert choose(Options(), state.partitions) == 12
