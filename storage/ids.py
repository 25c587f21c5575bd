"""The kinds of number that pass between the floors, kept apart by type."""

from typing import NewType

AuthorityId = NewType("AuthorityId", int)
PersonId = NewType("PersonId", int)
StaffId = NewType("StaffId", int)
SurveyId = NewType("SurveyId", int)
TaskId = NewType("TaskId", int)
InviteId = NewType("InviteId", int)
CampaignId = NewType("CampaignId", int)
BroadcastId = NewType("BroadcastId", int)
StoryId = NewType("StoryId", int)
WorkerRoundId = NewType("WorkerRoundId", int)
PlanThemeId = NewType("PlanThemeId", int)
PromiseId = NewType("PromiseId", int)
RoundId = NewType("RoundId", int)
AnswerGroupId = NewType("AnswerGroupId", int)
SignedCommentId = NewType("SignedCommentId", int)
OpportunityId = NewType("OpportunityId", int)
CheckinId = NewType("CheckinId", int)
CallDayId = NewType("CallDayId", int)
CallId = NewType("CallId", int)
ChatId = NewType("ChatId", int)
"""A Telegram chat. Never stored bare: `Keys.index` finds it, `Keys.seal` keeps it."""
