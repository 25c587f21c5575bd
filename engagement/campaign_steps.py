"""A campaign's steps on their days, and what became of each, as they are kept with it."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from engagement.campaign_plan import Plan, Step
from engagement.campaign_reach import Ran
from storage import campaigns
from storage.campaigns import Campaign
from storage.store import Transaction


@dataclass(frozen=True, slots=True)
class Scheduled:
    """A step on its day. `ran` is None until it has."""

    number: int
    step: Step
    on: date
    ran: Ran | None = None


async def keep(tx: Transaction, campaign: Campaign, plan: Plan, steps: Iterable[Scheduled]) -> Campaign:
    """The campaign with this plan, these steps, and its state and survey as they are now."""
    return await campaigns.change(
        tx,
        campaign.id,
        plan=dumped(plan, steps),
        state=campaign.state,
        survey=campaign.survey,
        paused_on=campaign.paused_on,
    )


def dumped(plan: Plan, steps: Iterable[Scheduled]) -> str:
    """The plan and its steps as they are kept."""
    kept = [
        {
            "number": one.number,
            "step": one.step.model_dump(mode="json", exclude_none=True),
            "on": one.on.isoformat(),
            "ran": None
            if one.ran is None
            else {"asked": one.ran.asked, "chosen": one.ran.chosen, "left_out": dict(one.ran.left_out)},
        }
        for one in steps
    ]
    return json.dumps({"plan": plan.model_dump(mode="json", exclude_none=True), "steps": kept}, sort_keys=True)


def read(campaign: Campaign) -> tuple[Plan, tuple[Scheduled, ...]]:
    """The plan of a campaign, and its steps on their days."""
    said = json.loads(campaign.plan)
    return Plan.model_validate(said["plan"]), tuple(
        Scheduled(
            one["number"],
            Step.model_validate(one["step"]),
            date.fromisoformat(one["on"]),
            None if one["ran"] is None else Ran(**one["ran"]),
        )
        for one in said["steps"]
    )
