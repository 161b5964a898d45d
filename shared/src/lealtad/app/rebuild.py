"""The command `rebuild`: fold all derived state of the service again, from the topics, while it goes on working."""

import sys

from aiokafka.errors import KafkaError

from lealtad.app.runtime import open_runtime
from lealtad.app.service import Service
from lealtad.app.startup_check import require_match
from lealtad.errors import is_transient, reason_of
from lealtad.kafka.consume.positions import MismatchError
from lealtad.kafka.recovery.rebuild import Outcome, RebuildError, rebuild
from lealtad.settings import ServiceSettings


async def run_rebuild(service: Service, settings: ServiceSettings) -> int:
    """Rebuild and say how it goes; return the exit status: 1 when it could not, or not evaluate every customer."""
    async with open_runtime(service, settings, "rebuild") as runtime:
        try:
            await require_match(runtime)
            outcome = await rebuild(
                settings,
                runtime.database,
                service.processing,
                service.require_stream().every_customer,
                lambda line: _say(service, line),
            )
        except (RebuildError, MismatchError) as error:
            _say(service, str(error))
            return 1
        except Exception as error:
            if not (is_transient(error) or isinstance(error, KafkaError)):
                raise
            _say(service, f"Kafka or database failed: {reason_of(error)}. The tables in use are whole: run it again.")
            return 1
    _say(service, _in_words(outcome))
    return 1 if outcome.not_evaluated else 0


def _say(service: Service, line: str) -> None:
    sys.stdout.write(f"{service.name}: {line}\n")
    sys.stdout.flush()


def _in_words(outcome: Outcome) -> str:
    told = [f"rebuilt from {outcome.records:,} records; {outcome.customers:,} customers evaluated"]
    if outcome.dead_letters:
        told.append(f"{outcome.dead_letters:,} open dead letters left out: replay them when their cause is mended")
    if outcome.unreadable:
        told.append(f"{outcome.unreadable:,} records cannot be read and are in no dead letter")
    if outcome.not_evaluated:
        told.append(f"{outcome.not_evaluated:,} customers could not be evaluated, see the log")
    return "; ".join(told)
