"""Answer models of the registry."""

from datetime import datetime
from typing import Any

from pydantic import BaseModel, Field


class Model(BaseModel):
    """A model, with its training data and its metrics on the hold-out."""

    name: str = Field(examples=["gradient-boosting"])
    version: int = Field(ge=1)
    in_force: bool = Field(description="Scores come from it now")
    horizon_days: int | None = Field(description="The horizon it was trained for; null: any")
    parameters: dict[str, float] | None = Field(
        description="BG/NBD's parameters, time in days; null: those of the policy's prior"
    )
    calibrated: bool
    features: list[str]
    training: dict[str, Any] | None = Field(description="Windows, customers, fingerprint of the data, parameters")
    metrics: dict[str, Any] | None = Field(
        description="AUC, average precision, Brier score and calibration error on the hold-out, with 95 % bootstrap "
        "intervals, those of the baselines beside: of active customers (`models`), of `lapsed` ones and of `all`; "
        "expected and real spending (`value`)"
    )
    trained_at: datetime
    promoted_at: datetime | None = Field(description="When it first came into force")
