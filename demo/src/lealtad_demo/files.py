"""Paths of the demo's data, and reading and writing of compressed JSON Lines."""

import json
import lzma
from collections.abc import Iterable, Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

DATA = Path(__file__).parents[2] / "data"
INVOICES = DATA / "invoices.jsonl.xz"
PRODUCTS = DATA / "products.jsonl.xz"
PRODUCT_LINES = DATA / "product_lines.json"
COUNTRIES = DATA / "countries.json"
SIMULATOR = DATA / "simulator.json"
CAST = DATA / "cast.json"


def read_lines(path: Path) -> Iterator[Any]:
    """Yield the JSON document of each line; decimal numbers become Decimal, never float."""
    with lzma.open(path, "rt", encoding="utf-8") as lines:
        for line in lines:
            yield json.loads(line, parse_float=Decimal)


def write_lines(path: Path, documents: Iterable[Any]) -> None:
    """Write one compact JSON document per line, at the highest compression of xz."""
    with lzma.open(path, "wt", encoding="utf-8", preset=9 | lzma.PRESET_EXTREME) as lines:
        for document in documents:
            lines.write(json.dumps(document, ensure_ascii=False, separators=(",", ":")) + "\n")
