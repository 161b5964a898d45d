"""The product line of an article, derived from its description, since the source has no such field."""

import json
import re
from dataclasses import dataclass
from pathlib import Path

from lealtad_demo.files import PRODUCT_LINES

OTHER = "other"
WORD = re.compile(r"[A-Z]+(?:-[A-Z]+)?")


@dataclass(frozen=True, slots=True)
class ProductLineRules:
    """Ordered rules; the first rule with a word of the description decides."""

    rules: tuple[tuple[str, frozenset[str]], ...]

    @classmethod
    def load(cls, path: Path = PRODUCT_LINES) -> "ProductLineRules":
        """Return the rules of a JSON file, a list of `{product_line, words}`."""
        rules = json.loads(path.read_text(encoding="utf-8"))
        return cls(tuple((rule["product_line"], frozenset(rule["words"])) for rule in rules))

    def of(self, description: str) -> str:
        """Return the product line for a description, or `other` if no rule fits."""
        words = set(WORD.findall(description.upper()))
        return next((line for line, keys in self.rules if keys & words), OTHER)
