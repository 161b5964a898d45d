"""What records and people write is shown as it is written, and is no markup."""

from typing import Any

from rich.console import Console, RenderableType

from lealtad_local import dead_letters, trace

ODD = "[/red] [bold] \\[ ["


def drawn(shown: RenderableType) -> str:
    console = Console(width=200)
    with console.capture() as capture:
        console.print(shown)
    return capture.get()


def test_reasons_of_dead_letters_are_no_markup() -> None:
    letter: dict[str, Any] = dict.fromkeys(("id", "service", "topic", "partition", "offset", "stored_at"), "x")
    assert ODD in drawn(dead_letters.table([letter | {"reason": ODD}]))


def test_details_of_a_trace_are_no_markup() -> None:
    step = {"service": "campaigns", "outcome": "dead", "coalesced_into": None, "detail": ODD, "type": ODD}
    shown = drawn(trace.draw(trace.TracedEvent("1", [step])))
    assert shown.count(ODD) == 2
