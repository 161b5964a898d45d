"""From facts to published scores, on real PostgreSQL."""

from decimal import Decimal

from churn_scoring.domain.policy import ScoringPolicy
from churn_scoring.reactions import react
from churn_scoring.service import SERVICE
from lealtad.events.catalog.churn_scoring import ChurnKind, ChurnScored, ModelRef
from lealtad.ids import new_id
from lealtad.testing.driving import deliver, emitted, run_due
from lealtad.testing.plugin import DatabaseFactory
from lealtad.unit_of_work import Database, Phase

from .builders import (
    START,
    a_cancellation,
    a_case,
    a_contract,
    a_customer,
    a_failed_payment,
    a_purchase,
    a_return,
    a_touchpoint,
    a_version,
    at,
    money,
)

CUSTOMER = new_id()


async def test_a_first_purchase_gives_a_score_that_names_it(database: Database) -> None:
    bought = a_purchase(CUSTOMER)

    (scored,) = await deliver(SERVICE, database, [bought])

    assert isinstance(scored.data, ChurnScored)
    assert scored.key == CUSTOMER
    assert scored.data.kind is ChurnKind.INACTIVITY
    assert scored.data.causes.ids == [bought.id]
    assert scored.data.probability == Decimal("0.46")
    assert (scored.data.band, scored.data.previous_band) == ("medium", None)
    assert scored.data.model == ModelRef(name="bg-nbd-prior", version=1)
    assert scored.data.as_of == START
    assert (scored.causation_id, scored.depth) == (bought.id, 1)
    # (50 + 90 days at 0.50) / 90 days x 90 days are 95; 1.2 to the power of 25 is nearest, and 0.46 of it at risk
    assert (scored.data.expected_value, scored.data.value_at_risk) == (money("95.40"), money("43.88"))


async def test_a_customer_without_purchases_and_contracts_is_not_announced(database: Database) -> None:
    assert await deliver(SERVICE, database, [a_customer(CUSTOMER), a_touchpoint(CUSTOMER)]) == []


async def test_a_fact_that_moves_the_score_by_less_than_the_grid_is_named_by_the_next_announcement(
    database: Database,
) -> None:
    await deliver(SERVICE, database, [a_purchase(CUSTOMER, -30), a_purchase(CUSTOMER, -1)])
    quiet = a_touchpoint(CUSTOMER)
    assert await deliver(SERVICE, database, [quiet]) == []
    case = a_case(CUSTOMER, 0, case=new_id())

    (scored,) = await deliver(SERVICE, database, [case])

    assert scored.data.causes.ids == sorted([quiet.id, case.id])
    assert scored.data.causes.count == 2


async def test_another_value_is_announced_although_the_score_stays_and_does_not_depend_on_the_batches_before(
    database: Database,
) -> None:
    other, returned = new_id(), [a_return(CUSTOMER, -1, amount="5.00") for _ in range(7)]
    for customer in (CUSTOMER, other):
        await deliver(SERVICE, database, [a_purchase(customer, -1, amount="50.00")])
    one_by_one = [event for fact in returned for event in await deliver(SERVICE, database, [fact])]
    (at_once,) = await deliver(SERVICE, database, [a_return(other, -1, amount="5.00") for _ in range(7)])

    assert 0 < len(one_by_one) < len(returned)
    assert one_by_one[-1].data.probability == at_once.data.probability
    assert one_by_one[-1].data.value_at_risk == at_once.data.value_at_risk


async def test_a_complaint_raises_the_score_and_its_resolution_lowers_it(database: Database) -> None:
    (bought,) = await deliver(SERVICE, database, [a_purchase(CUSTOMER, -10)])
    case = new_id()

    (opened,) = await deliver(SERVICE, database, [a_case(CUSTOMER, 0, case=case)])
    (resolved,) = await deliver(
        SERVICE, database, [a_case(CUSTOMER, 0, case=case, version=2, status="resolved", resolved=0.1)]
    )

    assert bought.data.probability < resolved.data.probability < opened.data.probability
    assert "complaints" in {reason.code for reason in opened.data.reasons}


async def test_a_failed_payment_raises_the_score(database: Database) -> None:
    (before,) = await deliver(SERVICE, database, [a_purchase(CUSTOMER, -10)])

    (after,) = await deliver(SERVICE, database, [a_failed_payment(CUSTOMER)])

    assert after.data.probability > before.data.probability


async def test_a_petition_is_no_complaint(database: Database) -> None:
    await deliver(SERVICE, database, [a_purchase(CUSTOMER, -10)])

    assert await deliver(SERVICE, database, [a_case(CUSTOMER, 0, case=new_id(), kind="petition")]) == []


async def test_the_end_of_the_last_contract_makes_the_score_one_and_names_the_cancellation(database: Database) -> None:
    contract = new_id()
    (started,) = await deliver(SERVICE, database, [a_contract(CUSTOMER, -100, contract)])
    cancelled = a_cancellation(CUSTOMER, -1, contract, ends=0)

    (left,) = await deliver(SERVICE, database, [cancelled])

    assert (started.data.kind, started.data.probability) == (ChurnKind.CONTRACT, Decimal("0.08"))
    assert (left.data.kind, left.data.probability, left.data.band) == (ChurnKind.WITHDRAWN, Decimal(1), "critical")
    assert left.data.causes.ids == [cancelled.id]
    assert left.data.reasons[0].code == "contract-ended"


async def test_a_revoked_cancellation_takes_the_withdrawal_back(database: Database) -> None:
    contract = new_id()
    await deliver(SERVICE, database, [a_version(CUSTOMER, -100, contract, 1)])
    (left,) = await deliver(SERVICE, database, [a_version(CUSTOMER, -1, contract, 2, ends=-1)])

    (kept,) = await deliver(SERVICE, database, [a_version(CUSTOMER, 0, contract, 3)])

    assert (left.data.kind, kept.data.kind) == (ChurnKind.WITHDRAWN, ChurnKind.CONTRACT)


async def test_a_contract_has_the_state_of_its_newest_fact_whatever_the_batch(database: Database) -> None:
    alone, together, other = new_id(), new_id(), new_id()
    for customer, at_once in ((alone, []), (together, [a_purchase(other, -1)])):
        contract = new_id()
        await deliver(SERVICE, database, [a_contract(customer, -100, contract)])
        await deliver(SERVICE, database, [a_cancellation(other, -1, contract, ends=0)])
        await deliver(SERVICE, database, [a_touchpoint(customer), *at_once])

    kinds = {event.key: event.data.kind for event in await emitted(database)}

    assert kinds[alone] == kinds[together] == ChurnKind.CONTRACT


async def test_a_cancellation_that_takes_effect_later_is_due_then_by_time_alone(database: Database) -> None:
    contract = new_id()
    cancelled = a_cancellation(CUSTOMER, 0, contract, ends=10.5)
    (noticed,) = await deliver(SERVICE, database, [a_contract(CUSTOMER, -100, contract), cancelled])
    assert noticed.data.probability == Decimal("0.90")

    assert await run_due(SERVICE, database, now=at(10.4)) == []
    (left,) = await run_due(SERVICE, database, now=at(10.5))

    assert (left.data.kind, left.data.probability) == (ChurnKind.WITHDRAWN, Decimal(1))
    assert left.data.causes.ids == sorted([cancelled.id, left.correlation_id])


async def test_time_that_changed_nothing_is_not_named_later(database: Database) -> None:
    await deliver(SERVICE, database, [a_purchase(CUSTOMER, -700)])
    for day in (14, 28, 42):
        assert await run_due(SERVICE, database, now=at(day)) == []
    back = a_purchase(CUSTOMER, 42)

    (scored,) = await deliver(SERVICE, database, [back])

    assert (scored.data.causes.ids, scored.data.causes.count) == ([back.id], 1)


async def test_a_customer_who_buys_again_after_leaving_is_scored_by_purchases_again(database: Database) -> None:
    contract = new_id()
    await deliver(
        SERVICE, database, [a_contract(CUSTOMER, -100, contract), a_cancellation(CUSTOMER, -5, contract, ends=-2)]
    )

    (back,) = await deliver(SERVICE, database, [a_purchase(CUSTOMER, -1)])

    assert back.data.kind is ChurnKind.INACTIVITY
    assert back.data.probability < 1


async def test_time_alone_raises_the_score_of_a_customer_who_stops_buying(database: Database) -> None:
    await deliver(SERVICE, database, [a_purchase(CUSTOMER, -7 * week) for week in range(10)])
    scores = []
    for day in range(1, 91):
        scores += await run_due(SERVICE, database, now=at(day))

    probabilities = [scored.data.probability for scored in scores]
    assert probabilities == sorted(set(probabilities))
    assert scores[-1].data.band == "critical"
    assert scores[-1].data.causes.ids == [scores[-1].causation_id]
    assert scores[-1].data.reasons[0].code == "silence"


async def test_days_that_are_skipped_lead_to_the_same_score_as_days_lived_one_by_one_but_for_the_drift(
    database: Database, database_for: DatabaseFactory
) -> None:
    stepped = await database_for(SERVICE)
    for each in (database, stepped):
        await deliver(SERVICE, each, [a_purchase(CUSTOMER, -20), a_purchase(CUSTOMER, -4)], now=START)
    scores = []
    for day in range(1, 60):
        scores += await run_due(SERVICE, stepped, now=at(day))

    (at_once,) = await run_due(SERVICE, database, now=at(59))

    assert at_once.data.band == scores[-1].data.band
    assert abs(at_once.data.probability - scores[-1].data.probability) < ScoringPolicy().drift


async def test_time_alone_announces_no_new_value_while_the_risk_holds(database: Database) -> None:
    customer = new_id()
    (scored,) = await deliver(SERVICE, database, [a_purchase(customer, -20)])

    assert await run_due(SERVICE, database, now=at(14)) == []
    (exact,) = await deliver(SERVICE, database, [a_case(customer, 14, case=new_id())], now=at(14))

    assert exact.data.expected_value.amount < scored.data.expected_value.amount


async def test_the_sweep_of_a_rebuild_announces_no_more_than_time_alone(database: Database) -> None:
    await deliver(SERVICE, database, [a_purchase(CUSTOMER, -20), a_purchase(CUSTOMER, -4)])
    (first,) = await run_due(SERVICE, database, now=at(40))
    before = await emitted(database)
    a_step_later = at(43)

    async with database.begin(now=a_step_later, phase=Phase.SWEEP) as uow:
        await react(uow, {CUSTOMER: [uow.due_cause(CUSTOMER, "sweep")]})
    after_sweep = await emitted(database)
    (exact,) = await deliver(SERVICE, database, [a_touchpoint(CUSTOMER, 43)], now=a_step_later)

    assert after_sweep == before
    assert 0 < exact.data.probability - first.data.probability < ScoringPolicy().drift


async def test_a_merged_customer_loses_the_score(database: Database) -> None:
    await deliver(SERVICE, database, [a_customer(CUSTOMER), a_purchase(CUSTOMER)])

    (withdrawn,) = await deliver(SERVICE, database, [a_customer(CUSTOMER, sequence=2, status="merged")])

    assert (withdrawn.data.probability, withdrawn.data.no_score_reason) == (None, "merged")
    assert withdrawn.data.previous_band == "medium"


async def test_a_case_counts_once_its_customer_becomes_known(database: Database) -> None:
    case = new_id()
    await deliver(SERVICE, database, [a_purchase(CUSTOMER, -10)])
    assert await deliver(SERVICE, database, [a_case(None, 0, case=case)]) == []

    (scored,) = await deliver(SERVICE, database, [a_case(CUSTOMER, 0, case=case, version=2, status="acknowledged")])

    assert "complaints" in {reason.code for reason in scored.data.reasons}
