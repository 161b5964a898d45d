"""The composition of the service: the only place where its parts meet."""

from dataclasses import dataclass
from pathlib import Path

from customer_profile.batches.routes import customers as customer_batches
from customer_profile.batches.routes import facts as fact_batches
from customer_profile.consumers import projections
from customer_profile.customers.profiling.jobs import PROFILING_ACTIONS
from customer_profile.customers.routes.consents import router as consents
from customer_profile.customers.routes.customers import router as customers
from customer_profile.facts.commands.group_commits import GroupCommit
from customer_profile.facts.commands.throttle_backfill import IntakeThrottle
from customer_profile.facts.contracts.routes import router as contracts
from customer_profile.facts.contracts.steps.routes import router as contract_steps
from customer_profile.facts.kinds.registry import KINDS, FactKinds
from customer_profile.facts.routes import fact_routes
from customer_profile.policy.routes import router as policy
from customer_profile.reactions import react
from customer_profile.restoration.restore import restore
from customer_profile.settings import Settings
from customer_profile.view.routes import view_routes
from lealtad.app import DatabasePart, HttpPart, Service, StreamPart
from lealtad.db import metadata_of
from lealtad.unit_of_work import Database


@dataclass(frozen=True, slots=True)
class Resources:
    """Settings that commands need, and objects that requests share."""

    reporting_currency: str
    batch_transaction_facts: int
    group_commit: GroupCommit
    intake_throttle: IntakeThrottle
    fact_kinds: FactKinds


def make_service(kinds: FactKinds) -> Service:
    """Return the service for these kinds of facts."""

    async def start(database: Database, settings: Settings) -> Resources:
        size = settings.batch_transaction_facts
        group_commit, throttle = GroupCommit(database, size), IntakeThrottle(settings)
        return Resources(settings.reporting_currency, size, group_commit, throttle, kinds)

    facts = (fact_routes(kinds), contracts, contract_steps, fact_batches.batch_routes(kinds))
    routers = (customers, customer_batches.router, view_routes(kinds), consents, *facts, policy)
    return Service(
        name="customer-profile",
        title="Lealtad customer profile",
        description="Customers, their consents and the facts about them, and the 360 view: everything in one call.",
        settings=Settings,
        http=HttpPart(routers, batch_paths=(fact_batches.PATH, customer_batches.PATH)),
        database=DatabasePart(
            migrations=Path(__file__).parents[2] / "migrations",
            metadata=metadata_of("customer_profile"),
            on_start=start,
            restore=restore,
        ),
        stream=StreamPart(projections, react, due_actions=PROFILING_ACTIONS),
    )


SERVICE = make_service(KINDS)
