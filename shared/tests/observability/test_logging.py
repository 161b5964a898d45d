import io
import json
import logging
import sys

import pytest
import structlog
from pydantic import BaseModel, ValidationError
from sqlalchemy.exc import IntegrityError

from lealtad.observability.logging import configure_logging, correlated
from lealtad.observability.repeat_filter import RepeatFilter
from lealtad.observability.tracing import TraceContext, traced


@pytest.fixture
def lines(monkeypatch):
    """Configure logging onto a buffer, and give what was logged, as JSON; the former set-up comes back."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    output = io.StringIO()
    monkeypatch.setattr(sys, "stdout", output)
    configure_logging("campaigns", "worker")
    yield lambda: [json.loads(line) for line in output.getvalue().splitlines()]
    root.handlers[:] = handlers
    root.setLevel(level)
    structlog.reset_defaults()


def test_every_line_says_who_when_and_in_which_trace(lines):
    with traced(TraceContext.new()) as trace, correlated("01890a5d"):
        structlog.get_logger().info("batch_committed", events=3)

    (line,) = lines()
    assert line["service"] == "campaigns"
    assert line["process"] == "worker"
    assert line["event"] == "batch_committed"
    assert line["events"] == 3
    assert line["level"] == "info"
    assert line["trace_id"] == trace.trace_id
    assert line["correlation_id"] == "01890a5d"
    assert line["at"].endswith("Z")


def test_libraries_log_the_same_way(lines):
    logging.getLogger("uvicorn.error").warning("slow %s", "start")

    (line,) = lines()
    assert (line["event"], line["logger"], line["service"]) == ("slow start", "uvicorn.error", "campaigns")


def test_what_the_kafka_client_says_again_and_again_is_logged_once_in_ten_seconds_with_its_number():
    seconds, passed = 0.0, []
    repeats = RepeatFilter("aiokafka", monotonic=lambda: seconds)
    for tick in range(101):
        seconds = tick / 10
        record = logging.makeLogRecord({"name": "aiokafka.client", "msg": "no connection to %s", "args": (tick,)})
        if repeats.filter(record):
            passed.append(record.getMessage())
    assert passed == ["no connection to 0", "no connection to 100 (and 99 times more before)"]


def test_other_messages_and_other_libraries_pass_meanwhile(lines):
    for name, message in (("aiokafka.conn", "a"), ("aiokafka.conn", "b"), ("aiokafka.conn", "a"), ("uvicorn", "a")):
        logging.getLogger(name).warning(message)
    logging.getLogger("uvicorn").warning("a")

    said = [(line["logger"], line["event"]) for line in lines()]
    assert said == [("aiokafka.conn", "a"), ("aiokafka.conn", "b"), ("uvicorn", "a"), ("uvicorn", "a")]


def test_addresses_with_external_ids_are_not_logged_by_the_server(lines):
    logging.getLogger("uvicorn.access").info("GET /v1/customers/shop:12345")

    assert lines() == []


@pytest.mark.parametrize(
    "key",
    ["name", "first_name", "email", "customer_email", "phone", "document", "address", "comment", "text", "token"],
)
def test_values_about_a_person_are_masked_wherever_they_stand(lines, key):
    structlog.get_logger().info("seen", **{key: "Ana Ruiz"}, change={"after": [{key: "Ana Ruiz"}]})

    (line,) = lines()
    assert "Ana" not in json.dumps(line)
    assert line[key] == "[masked]"


def test_an_e_mail_address_or_a_password_in_any_text_is_masked(lines):
    structlog.get_logger().info("sent to ana@example.org", target="postgresql://ana:hunter2@db:5432/x")

    (line,) = lines()
    assert line["event"] == "sent to [masked]"
    assert "hunter2" not in line["target"]


class Person(BaseModel):
    age: int


def _a_validation_error() -> ValidationError:
    try:
        Person(age="Ana Ruiz")
    except ValidationError as error:
        return error
    raise AssertionError


def _a_database_error() -> IntegrityError:
    return IntegrityError("INSERT", {"p": "Ana Ruiz"}, Exception("Key (p)=(Ana Ruiz) exists"))


@pytest.mark.parametrize(
    "failure", [_a_validation_error(), _a_database_error()], ids=lambda error: type(error).__name__
)
def test_a_failure_is_logged_by_kind_and_place_without_the_data_it_quotes(lines, failure):
    def fold() -> None:
        raise failure

    try:
        fold()
    except type(failure):
        structlog.get_logger().exception("batch_failed")

    (line,) = lines()
    (described,) = line["exception"]
    assert "Ana" not in json.dumps(line)
    assert described["type"].endswith(type(failure).__name__)
    assert any(frame.endswith(" fold") for frame in described["frames"])


def test_a_chain_of_causes_is_told_from_the_last_to_the_first(lines):
    offers: dict[str, str] = {}

    def fail() -> None:
        try:
            offers["offer"]
        except KeyError as error:
            raise RuntimeError("no policy") from error

    try:
        fail()
    except RuntimeError:
        structlog.get_logger().exception("decision_failed")

    (line,) = lines()
    assert [link["says"] for link in line["exception"]] == ["no policy", "'offer'"]
