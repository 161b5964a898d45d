"""Plain names of offers, segments and channels, by key."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from lealtad_demo.client import CAMPAIGNS, SEGMENTATION, Apis

LANGUAGE = "en"
CONTRACT_NEEDS = ("active", "ended")
CHANNELS = {
    "account-executive": "through the account executive",
    "call-centre": "by the call centre",
    "front-office": "at the front office",
    "in-app": "in the app",
    "web": "on the web",
}
"""Phrases for channels; any other channel is written "by email", "by post"."""


@dataclass(frozen=True, slots=True)
class Names:
    """Titles of offers and names of segments, by key; a key without a name stands for itself."""

    offers: Mapping[str, str]
    segments: Mapping[str, str]
    contract_offers: frozenset[str] = frozenset()
    """Keys of offers for customers with a running or ended contract, of whom the shop has none."""

    def offer(self, key: str) -> str:
        """Return an offer's title in quotes."""
        return f'"{self.offers.get(key, key)}"'

    def segment(self, key: str) -> str:
        """Return a segment's name."""
        return self.segments.get(key, key)

    def listed(self, keys: Iterable[str], joint: str = ", ") -> str:
        """Return the names of segments as a list in words."""
        return joint.join(self.segment(key) for key in keys)


def channel(key: str) -> str:
    """Return the phrase of a channel: by email, at the front office."""
    return CHANNELS.get(key, f"by {key}")


def plain(slug: str) -> str:
    """Return a technical word in plain writing: complaint-open becomes complaint open."""
    return slug.replace("-", " ")


async def read_names(apis: Apis) -> Names:
    """Return the names of offers from campaigns, and of segments from segmentation."""
    offers = [offer async for offer in apis.items(CAMPAIGNS, "/v1/offers")]
    titles = {offer["key"]: offer["contents"][LANGUAGE]["title"] for offer in offers}
    contract_offers = frozenset(offer["key"] for offer in offers if offer["audience"]["contract"] in CONTRACT_NEEDS)
    segments = {
        segment["key"]: segment["active"]["name"]
        async for segment in apis.items(SEGMENTATION, "/v1/segments")
        if segment["active"]
    }
    return Names(titles, segments, contract_offers)
