"""What is asked about figures."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from api.kpis import By, ReportKind
from api.schemas.days import Day

__all__ = ["KpiQuery"]


class KpiQuery(BaseModel):
    """Which days, and by what."""

    model_config = ConfigDict(extra="forbid")

    first: Day | None = Field(
        None, alias="from", description="First local day, 2026-11-23; by default yesterday."
    )
    last: Day | None = Field(
        None, alias="to", description="Last local day, included; by default the first."
    )
    by: By = Field(By.GROUP, description="What figures are told by, beside the total.")
    report: ReportKind = Field(
        ReportKind.DAILY, description="One period for each day, or for each quarter of a year."
    )
    recurrence_multiplier: Annotated[float, Field(allow_inf_nan=False)] = Field(
        0.4,
        description="Share of a driver's contacts that is taken to come even if it is fixed.",
        ge=0.0,
        le=1.0,
    )
