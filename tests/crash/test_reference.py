"""Whatever was done to the stack: it ends as one that nothing happened to."""

from pathlib import Path

import pytest

from .conftest import Judge, staged
from .load import Load
from .outcome import differences, read_outcome
from .reference import Reference, order_of
from .stage import Stage

pytestmark = [pytest.mark.slow, pytest.mark.stack, pytest.mark.proof]


async def test_scores_segments_and_decisions_are_those_of_an_undisturbed_run(
    stage: Stage, load: Load, judge: Judge, tmp_path: Path
) -> None:
    await load.turn_the_page()
    evidence = await judge()
    found = await read_outcome(stage.database_urls())
    assert found["scores"], "nothing was written"
    async with staged(tmp_path / "home") as undisturbed:
        reference = Reference(undisturbed, order_of(evidence))
        await reference.replay(evidence)
        assert not reference.differences, "\n".join(reference.differences)
        expected = await read_outcome(undisturbed.database_urls())
    wrong = list(differences(expected, found))
    assert not wrong, "\n".join(wrong)
