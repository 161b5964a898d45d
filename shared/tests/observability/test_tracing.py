import pytest
from hypothesis import given
from hypothesis import strategies as st
from structlog.contextvars import get_contextvars

from lealtad.observability.tracing import TraceContext, current_trace, traced

hexes = "0123456789abcdef"
trace_ids = st.text(hexes, min_size=32, max_size=32).filter(lambda text: int(text, 16))
span_ids = st.text(hexes, min_size=16, max_size=16).filter(lambda text: int(text, 16))
contexts = st.builds(TraceContext, trace_ids, span_ids, st.booleans())

# The example of https://www.w3.org/TR/trace-context-1/#examples-of-http-traceparent-headers
EXAMPLE = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"


@given(contexts)
def test_a_context_survives_the_header(context):
    assert TraceContext.parse(context.format()) == context


@given(st.text(max_size=80))
def test_any_header_is_read_or_begins_a_new_trace(header):
    continued = TraceContext.continued(header)

    assert TraceContext.parse(continued.format()) == continued


def test_a_child_is_a_new_span_of_the_same_trace():
    parent = TraceContext.parse(EXAMPLE)

    child = TraceContext.continued(EXAMPLE)

    assert child.trace_id == parent.trace_id == "4bf92f3577b34da6a3ce929d0e0e4736"
    assert child.span_id != parent.span_id
    assert child.sampled


@pytest.mark.parametrize(
    "header",
    [
        None,
        "",
        EXAMPLE.upper(),
        EXAMPLE + "-more",
        "ff" + EXAMPLE[2:],
        EXAMPLE.replace("4bf92f3577b34da6a3ce929d0e0e4736", "0" * 32),
        EXAMPLE.replace("00f067aa0ba902b7", "0" * 16),
        EXAMPLE[:-1],
    ],
)
def test_a_header_that_is_not_valid_is_as_none(header):
    assert TraceContext.parse(header) is None


def test_a_later_version_with_more_fields_is_read_as_ours():
    assert TraceContext.parse("cc" + EXAMPLE[2:] + "-what-the-future-brings") == TraceContext.parse(EXAMPLE)


def test_log_lines_carry_the_trace_only_while_it_is_current():
    parsed = TraceContext.parse(EXAMPLE)
    assert parsed is not None
    with traced(parsed) as context:
        assert current_trace() is context
        assert get_contextvars()["trace_id"] == context.trace_id
    assert current_trace() is None
    assert "trace_id" not in get_contextvars()
