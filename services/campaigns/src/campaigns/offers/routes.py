"""Routes of the offer catalogue."""

from typing import Annotated

from fastapi import APIRouter, Depends, Path, Response
from fastapi import Query as Parameter

from campaigns.offers import commands, queries
from campaigns.offers.models import OFFERS
from campaigns.offers.schemas import ChangedOffer, NewOffer, Offer, OfferChanges
from lealtad.events.catalog.campaigns import OfferKind
from lealtad.http import Command, Page, PageWanted, Query, problems, reads, writes
from lealtad.http.parameters import FlagInAddress, NumberInAddress
from lealtad.scalars import Identifier

router = APIRouter(prefix="/v1/offers", tags=["offers"])
Reads = Annotated[Query, Depends(reads("offers:read"))]
Creates = Annotated[Command, Depends(writes("offers:write"))]
Changes = Annotated[Command, Depends(writes("offers:write", if_match="required"))]
Reference = Annotated[str, Path(max_length=63, description="Id or key", examples=["free-shipping"])]


@router.get("", response_model=Page[Offer])
async def list_offers(
    query: Reads,
    page: PageWanted,
    kind: Annotated[OfferKind | None, Parameter(description="Only offers of this kind")] = None,
    withdrawn: Annotated[FlagInAddress, Parameter(description="Withdrawn offers instead of those on offer")] = False,
) -> Response:
    """List offers.

    The list is in ascending key. An offer has its audience, channels and texts.
    """
    return await query.run(lambda uow: queries.list_offers(uow, page, kind=kind, withdrawn=withdrawn))


@router.post("", status_code=201, response_model=ChangedOffer, responses=problems(409))
async def create_offer(body: NewOffer, command: Creates) -> Response:
    """Create an offer.

    The offer takes part in decisions from now on. All customers get a new decision in the background, in batches.
    A tier or churn band that does not exist is refused. `warnings` lists segments that are archived or not in force.
    """
    return await command.run(lambda uow: commands.create_offer(uow, body, by=command.principal.subject))


@router.get("/{reference}", response_model=Offer, responses=problems(404))
async def read_offer(reference: Reference, query: Reads) -> Response:
    """Read an offer.

    Name the offer by id or key. Its version is the `ETag`.
    """
    return await query.run(lambda uow: OFFERS.read(uow, reference))


@router.get("/{offer_id}/versions/{version}", response_model=Offer, responses=problems(404))
async def read_offer_version(
    offer_id: Annotated[Identifier, Path(description="Id of the offer")],
    version: Annotated[
        NumberInAddress, Path(ge=1, le=2_147_483_647, description="A version of the offer", examples=[1])
    ],
    query: Reads,
) -> Response:
    """Read a version of an offer.

    A decision names the version that it used. Versions are never changed or removed.
    """
    return await query.run(lambda uow: OFFERS.read_version(uow, offer_id, version))


@router.put("/{reference}", response_model=ChangedOffer, responses=problems(404, 412, 428))
async def change_offer(reference: Reference, body: OfferChanges, command: Changes) -> Response:
    """Change an offer.

    Send all terms and, as `If-Match`, the `ETag` of the version that they replace. The change adds a version. A
    withdrawn offer is in force again. `warnings` are those of a new offer.
    """
    return await command.run(
        lambda uow: commands.change_offer(uow, reference, body, if_match=command.if_match, by=command.principal.subject)
    )


@router.delete("/{reference}", response_model=Offer, responses=problems(404, 412, 428))
async def withdraw_offer(reference: Reference, command: Changes) -> Response:
    """Withdraw an offer.

    The offer takes part in no later decision. It stays readable, because past decisions name it. Send `If-Match`.
    """
    return await command.run(
        lambda uow: OFFERS.retire(uow, reference, if_match=command.if_match, by=command.principal.subject)
    )
