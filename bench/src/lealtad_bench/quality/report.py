"""The report of the quality of scores, and its tables."""

from typing import Literal

from pydantic import Field

from lealtad_bench.report import Figures, Machine, Written
from lealtad_bench.tabling import table

MODELS = ("in_force", "logistic", "boosting", "mean", "bg_nbd", "recency")


class ModelFigures(Figures):
    """Figures of a model on the customers of a cut."""

    auc: float
    brier: float
    ece: float


class CutReport(Figures):
    """Figures by model, of recently active customers and of all, and what the training put in force."""

    active: dict[str, ModelFigures]
    all: dict[str, ModelFigures]
    model: str
    customers: dict[str, int]
    silent: dict[str, float]
    notes: dict[str, str]


class QualityReport(Written):
    """The quality of scores at each cut."""

    benchmark: Literal["quality"] = "quality"
    machine: Machine
    seconds: float
    cuts: dict[str, CutReport]
    missing: dict[str, str] = Field(default_factory=dict)
    """Cuts that could not be measured, with the reason."""


def tables(report: QualityReport) -> str:
    """Return all tables as Markdown."""
    parts = [report.machine.in_words(report.seconds)]
    parts += [_table(name, cut, group) for name, cut in report.cuts.items() for group in ("active", "all")]
    parts += [f"{name} was not measured: {reason}." for name, reason in report.missing.items()]
    return "\n\n".join(parts)


def _table(name: str, cut: CutReport, group: str) -> str:
    figures: dict[str, ModelFigures] = getattr(cut, group)
    of = f"{cut.customers[group]:,} {group} customers, {cut.silent[group]:.3f} silent; in force: {cut.model}"
    rows = [
        [model.replace("_", " "), f"{found.auc:.4f}", f"{found.brier:.4f}", f"{found.ece:.3f}"]
        for model in MODELS
        if (found := figures.get(model))
    ]
    return table(f"{name}: {of}", ["model", "AUC", "Brier", "ECE"], rows)
