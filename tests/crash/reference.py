"""The undisturbed run: the same facts at the same business times in a stack that nothing happens to.

What is replayed is what the disturbed stack took, chapter by chapter: each customer's facts in the order of their
sequences, cases and steps, and the answers to offers. An answer goes to the decision that stands at the beginning of
the chapter, as in the disturbed run; that this is the same offer there and here is compared, too.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from http import HTTPStatus

import httpx

from lealtad_local import clock

from .chapters import decide_anew
from .checks import Evidence
from .ledger import FACTS, Chapter, Kind, Standing, Write
from .sending import CAMPAIGNS, COMPLAINTS, PROFILE, Json
from .stage import Stage

BATCH = 500


@dataclass(slots=True)
class Reference:
    """The replay of a ledger in a stack of its own."""

    stage: Stage
    order: dict[str, int]
    """Facts and cases that the disturbed stack took, by name; within a customer the values ascend in their order."""
    differences: list[str] = field(default_factory=list)
    """Actions that were not the same at the beginning of a chapter."""
    _cases: dict[str, str] = field(default_factory=dict)
    """Ids of the cases here, by the fact ids of their source."""

    async def replay(self, evidence: Evidence) -> None:
        """Let everything happen again; return when all has settled."""
        await self._enrol(evidence.ledger.prologue)
        known: list[str] = []
        for chapter in evidence.ledger.chapters:
            clock.set_to(self.stage.stack.home, chapter.moment)
            await self.stage.settled()
            known = list(chapter.standing)
            standing = await decide_anew(self.stage, known)
            self.differences += _differing(chapter, standing)
            await self._answer(chapter.writes, standing)
            await self._record([write for write in chapter.writes if write.kind in FACTS and write.name in self.order])
            await self._complain(chapter.writes)
            await self.stage.settled()

    async def _enrol(self, writes: Sequence[Write]) -> None:
        for write in writes:
            consents = f"/v1/customers/{write.name}/consents"
            await self._post(PROFILE, consents if write.kind is Kind.CONSENT else "/v1/customers", write.said)

    async def _answer(self, writes: Sequence[Write], standing: dict[str, Standing]) -> None:
        for write in writes:
            if write.kind is Kind.RESPONSE and write.accepted:
                decision = standing[write.said["customer"]].decision_id
                path = f"/v1/decisions/{decision}/responses"
                await self._post(CAMPAIGNS, path, {"response": write.said["response"]})

    async def _record(self, writes: Sequence[Write]) -> None:
        facts = [write.said for write in sorted(writes, key=lambda write: self.order[write.name])]
        for start in range(0, len(facts), BATCH):
            answer = await self._post(PROFILE, "/v1/batches", {"facts": facts[start : start + BATCH]})
            refused = [item for item in answer["items"] if item["status"] != HTTPStatus.CREATED]
            assert not refused, refused

    async def _complain(self, writes: Sequence[Write]) -> None:
        for write in writes:
            if write.kind is Kind.CASE and write.name in self.order:
                self._cases[write.name] = (await self._post(COMPLAINTS, "/v1/cases", write.said))["id"]
            elif write.kind is Kind.STEP and write.accepted:
                case = self._cases[write.said["case"]]
                await self._post(COMPLAINTS, f"/v1/cases/{case}/{write.said['step']}", {})

    async def _post(self, service: str, path: str, body: Json) -> Json:
        answer: httpx.Response = await self.stage.http.post(self.stage.stack.urls()[service] + path, json=body)
        assert answer.is_success, f"{path} was accepted in the disturbed run, and here: {answer.text}"
        return dict(answer.json())


def order_of(evidence: Evidence) -> dict[str, int]:
    """Return the facts and cases that the services took, by name, with their place in their customer's order."""
    facts = {row["name"]: row["sequence"] for row in evidence.rows(PROFILE, "facts")}
    return facts | {row["name"]: 1 for row in evidence.rows(COMPLAINTS, "cases")}


def _differing(chapter: Chapter, standing: dict[str, Standing]) -> Iterator[str]:
    for customer, there in chapter.standing.items():
        if standing[customer] != there:
            yield f"action for {customer} at {chapter.moment}: {there}, undisturbed {standing[customer]}"
