"""What every template is rendered with in these tests: the shortest and the longest that can really come.

First names are marked by where they stand, not by which they are, so that Sadia and Carey pass the lock screen.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any, Final

from engagement import making
from engagement.authority import BotWords, Contact, PhoneLine, Reader, Settings
from engagement.campaign_reach import LEFT_OUT
from engagement.opportunities import KINDS, Details

NAME_BEGINS, NAME_ENDS = "\ue000", "\ue001"
NOW: Final = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
NEAR: Final = datetime(2026, 11, 24, 17, 0, tzinfo=UTC)
FAR: Final = datetime(2026, 12, 30, 17, 30, tzinfo=UTC)
DAY: Final = date(2027, 1, 27)


def name(words: str) -> str:
    """A person's first name, marked as one."""
    return f"{NAME_BEGINS}{words}{NAME_ENDS}"


JO, SADIA, CAREY, LONG = name("Jo"), name("Sadia"), name("Carey"), name("Oluwaseunfunmi")

_HOURS: Final = dict.fromkeys(("monday", "tuesday", "wednesday", "thursday", "friday"), "09:00-17:00")

SHORT: Final = Settings.model_validate(
    {
        "name": "ely",
        "council": "Ely",
        "service": "Ely team",
        "working_hours": _HOURS,
        "cap": 1,
        "duty": ["Al"],
        "hours_line": "We're here on weekdays, 9 to 5.",
        "local_numbers": [PhoneLine(name="Ely team", number="01632 960001")],
        "complaints": Contact(name="Complaints", number="01632 960002"),
        "advocate": Contact(name="Advocate", number="01632 960003"),
    }
)
LONGEST: Final = Settings.model_validate(
    {
        "name": "kingston_and_malden",
        "council": "Royal Borough of Kingston and Malden Council",
        "service": "Kingston and Malden leaving care team",
        "bot_words": BotWords(
            worker="leaving care worker", people="people with experience of care", duty="the duty team"
        ),
        "working_hours": _HOURS,
        "cap": 7,
        "duty": ["Alexandra Featherstonehaugh"],
        "hours_line": "No one reads this at night. The team is back on Monday at 9.",
        "out_of_hours_line": PhoneLine(
            name="Kingston and Malden at night", number="01632 960004", note="Nights, weekends and bank holidays."
        ),
        "local_numbers": [
            PhoneLine(name=f"Kingston and Malden line {n}", number="01632 960005", note="Weekdays from 9 to 5.")
            for n in range(6)
        ],
        "complaints": Contact(name="Kingston and Malden complaints", number="01632 960006", email="say@example.org"),
        "advocate": Contact(
            name="Coram Voice Always Heard", number="0808 800 5792", note="Free. They are on your side."
        ),
        "reader": Reader(who="The participation worker", days=14),
        "safeguarding": Contact(name="Alexandra Featherstonehaugh, safeguarding lead", number="01632 960007"),
    }
)

_AGREE: Final = ["Always", "Most of the time", "Sometimes", "Not often", "Never"]
_WORDS: Final = "How often do you feel that people at the council take what you say into account?"


def _one_a_row(labels: list[str], chosen: Any = False) -> list[list[dict[str, Any]]]:
    return [[{"label": label, "arg": at, "chosen": chosen}] for at, label in enumerate(labels)]


_SCALE: Final = [
    [{"label": str(n), "arg": n, "chosen": n == 3} for n in row] for row in ((0, 1, 2, 3), (4, 5, 6, 7), (8, 9, 10))
]
_QUESTION: Final[dict[str, Any]] = {
    "place": 1,
    "total": 6,
    "heading": None,
    "note": None,
    "text": "How old are you?",
    "lettered": [],
    "many": False,
    "rows": _one_a_row(_AGREE),
    "ranked": False,
    "way_out": "skip",
    "can_send": False,
}
_WRITE: Final[dict[str, Any]] = {
    "place": 1,
    "total": 6,
    "heading": None,
    "note": None,
    "text": "Anything else?",
    "why": None,
    "max_chars": 300,
    "written": False,
    "can_send": False,
    "way_out": "skip",
}
_SURVEY: Final[dict[str, Any]] = {
    "id": 1,
    "title": "A quick one",
    "minutes": 1,
    "state": "new",
    "place": 1,
    "total": 6,
    "closes": None,
}
_LONG_TITLE: Final = "Questions about how life is where you live, and what should change"
_TASK: Final[dict[str, Any]] = {
    "who": name("Jo S"),
    "reason": "contact",
    "quiet": False,
    "how": None,
    "note": None,
    "due_day": NEAR,
    "due_time": NEAR,
    "state": "open",
    "backup": None,
    "acted": False,
    "checkin": None,
}
_TASK_CAME: Final[dict[str, Any]] = {
    "how": "spoke",
    "by": "Priya Shah",
    "day": NEAR,
    "time": NEAR,
    "line": None,
}
_CALL_CARD: Final[dict[str, Any]] = {
    "who": name("Jo S"),
    "on": NEAR.date(),
    "first": NEAR,
    "last": NEAR,
    "part": "caller",
    "stands": "accepted",
    "state": "open",
    "caller": JO,
    "backup": None,
    "number": None,
    "has_number": True,
    "note": None,
    "tried": 0,
    "again": None,
    "on_the_day": False,
}
_CALL_ROTA: Final[dict[str, Any]] = {
    "on": NEAR.date(),
    "state": "proposed",
    "wanted": 1,
    "gaps": [],
    "unanswered": 0,
    "lot": False,
    "confirm": True,
    "calls": [{"id": 1, "name": name("Jo S"), "caller": JO, "backup": True, "sure": False}],
    "page": 1,
    "pages": 1,
}
_CALL_FIGURES: Final = ("wanted", "covered", "made", "not_reached", "stopped", "said_no", "not_known", "never_asked")
_CALL_TOLD: Final[dict[str, Any]] = {
    "on": NEAR.date(),
    "tomorrow": True,
    "caller": JO,
    "backup": SADIA,
    "first": NEAR,
    "last": NEAR,
    "again": NEAR,
    "promised": False,
    "can_move": True,
}
_LONG_CALLERS: Final = {"caller": LONG, "backup": LONG}
_WEEK: Final = [date(2024, 1, day) for day in range(1, 8)]
_COLLEAGUE: Final = f"{LONG} {name('Featherstonehaugh')}"
_DONE: Final = {"owner": LONG, "day": FAR, "time": FAR}
_DUE: Final = [{"due_day": NEAR, "due_time": NEAR}, {"due_day": FAR, "due_time": FAR}]
_HELD: Final = {
    "name": "Jo Li",
    "known_as": "Jo",
    "reference": "1",
    "chat": "joined",
    "messages_arrive": True,
    "language": "en",
    "full_messages": False,
    "kept_by": "Ely",
}

_FIGURES: Final = "60 of 90 answered (67%). People who did not may feel differently."
_FOUND: Final[dict[str, Any]] = {
    "id": 1,
    "title": "A quick one",
    "last_day": DAY,
    "sent": 10,
    "invited": 0,
    "questions": [{"place": 1, "text": "How are things?", "heading": None}],
    "rows": [[{"label": "1", "arg": 1, "chosen": False}]],
    "page": 1,
    "pages": 1,
    "typed": False,
}

_TEXT: Final[dict[str, Any]] = {
    "place": 1,
    "total": 1,
    "read": 0,
    "question": "Anything else?",
    "parts": [{"text": "No.", "instead": None}],
    "marks": 0,
    "ok_to_quote": False,
    "state": None,
    "words": None,
    "themes": 0,
}
_SHARED: Final = "There is free pool on Friday at six. Food is paid for. " * 10
_SENDING: Final[dict[str, Any]] = {
    "audience": "own",
    "people": 1,
    "total": 1,
    "left_out": {},
    "line": "A bit of news, for when it suits you.",
    "card": "Free pool on Friday.",
    "picture": False,
    "refused": None,
    "room_on": None,
    "again": None,
    "leaves_on": None,
}
_GOING: Final[dict[str, Any]] = {
    "id": 99,
    "state": "leaving",
    "chosen": 888,
    "left": 0,
    "waiting": 888,
    "others": 0,
    "seconds": 0,
    "leaves_on": None,
    "told": True,
}

_THING_TITLE: Final = "Help choose who runs the new drop-in by the river, and paint it"
_THING_STEP: Final[dict[str, Any]] = {
    "kinds": KINDS,
    "offered": (4, 6, 8, 10, 12, 20),
    "evening": True,
    "days": [{"key": "christmas", "name": "Christmas"}, {"key": "own", "name": "The day of the big party"}],
    "gifts": ["food", "travel", "both"],
    "tags": [
        {"at": 0, "name": "music", "ticked": False},
        {"at": 1, "name": "cooking with other people on Sundays", "ticked": True},
        {"at": 2, "name": "drums", "ticked": True},
    ],
    "staff": [{"id": 1, "name": JO}, {"id": 2, "name": f"{LONG} {name('Featherstonehaugh')}"}],
}
_THING_STANDS: Final[dict[str, Any]] = {
    "number": 1,
    "title": "Pool",
    "state": "open",
    "starts_at": None,
    "places": 1,
    "organiser": JO,
    "confirmed": 0,
    "asked": 0,
    "waiting": 0,
    "maybe": 0,
    "came": None,
    "felt": None,
    "names": False,
    "changes": False,
    "begun": False,
    "tell": True,
}
_KINDS: Final = ("warm_up", "invitation", "reminder", "reminder", "last_reminder")
_LATER: Final = [FAR + timedelta(days=7 * n) for n in range(5)]
_STEP: Final[dict[str, Any]] = {
    "number": 0,
    "kind": "reminder",
    "group": None,
    "on": FAR,
    "done": False,
    "reach": "880",
    "waiting": 0,
    "failed": 0,
    "practised": 0,
}

_LONG_OFFER: Final = "Help choose what goes in the new flats on Mill Road in May"
_SENTENCES: Final = (
    "You look at four flats and say what you would change. We write it down. Lunch is on us each time. " * 2
)
_OFFERED: Final[dict[str, Any]] = {
    "said": Details(title="Pool", what_you_do="Play pool with a few others."),
    "number": 1,
    "place": 1,
    "total": 1,
    "starts_at": None,
    "organiser": JO,
    "left": None,
    "waiting": False,
    "all": False,
    "mine": False,
}
_OFFERED_LONG: Final[dict[str, Any]] = {
    **_OFFERED,
    "said": Details(
        number=9_999,
        title=_LONG_OFFER,
        what_for=_SENTENCES[:200],
        what_you_do=_SENTENCES[:200],
        meetings="four evenings, one each week, and a visit to see what came of it",
        over_how_long="about two months, from the first week of May on",
        hours_each="two hours, with a break",
        where="the big room on the first floor at 12 Mill Road, next to the library, or online",
        reward="£15 each time as a shop voucher, and food",
        travel="bus or train fare is paid on the day",
        who_sees="Two people from the housing team come to the last evening and see first names.",
        contact="call or text 01632 960123, weekdays from 9 to 5",
        asks="Is there anything you can't eat?",
        interests=("pool", "flats"),
    ),
    "number": 9_999,
    "starts_at": FAR,
    "organiser": LONG,
}
_DROP_IN: Final[dict[str, Any]] = {**_OFFERED, "said": Details(title="Tea", what_you_do="Drop in."), "ends_at": None}
_DROP_IN_LONG: Final[dict[str, Any]] = {
    **_OFFERED_LONG,
    "said": _OFFERED_LONG["said"].model_copy(update={"who_is_there": _SENTENCES[:200], "day": "christmas"}),
    "ends_at": FAR + timedelta(hours=2),
    "place": 11,
    "total": 12,
    "left": 0,
    "waiting": True,
    "all": True,
    "mine": True,
}
_EVERYTHING: Final[dict[str, Any]] = {
    "drop_in": False,
    "said": _OFFERED["said"],
    "number": 1,
    "starts_at": None,
    "ends_at": None,
    "answer_by": None,
    "organiser": JO,
    "places": None,
}
_EVERYTHING_LONG: Final[dict[str, Any]] = {
    "drop_in": False,
    "said": _OFFERED_LONG["said"],
    "number": 9_999,
    "starts_at": FAR,
    "ends_at": FAR + timedelta(hours=2),
    "answer_by": FAR - timedelta(days=2),
    "organiser": LONG,
    "places": 120,
}
_STANDS: Final = (
    "confirmed",
    "waiting",
    "offered",
    "withdrawn",
    "passed",
    "lapsed",
    "declined",
    "missed",
    "off",
    "been",
    "maybe",
    "gone_by",
)
_MY_THING: Final[dict[str, Any]] = {
    "title": "Pool",
    "position": 1,
    "accept_by": NEAR,
    "starts_at": None,
    "where": None,
    "organiser": JO,
    "undo": False,
    "reminds": False,
    "again": False,
    "next_step": None,
    "decided_by": None,
    "because": None,
    "helper": None,
    "felt": None,
    "asks": None,
    "answered": False,
    "drop_in": False,
    "open": False,
    "full": False,
    "maybe": False,
    "on_today": False,
}
_MY_THING_LONG: Final[dict[str, Any]] = {
    **_MY_THING,
    "title": _LONG_OFFER,
    "position": 32,
    "accept_by": FAR,
    "starts_at": FAR,
    "where": "the big room on the first floor at 12 Mill Road, next to the library, or online",
    "organiser": LONG,
    "reminds": True,
    "again": True,
    "next_step": _SENTENCES[:200],
    "decided_by": CAREY,
    "asks": "Is there anything you can't eat, or that you would rather not eat with us?",
    "answered": True,
    "because": "The room has been closed until spring, and we found no other one in time.",
    "helper": LONG,
}

_SAID: Final = "How often do people at Kingston and Malden take your views seriously? Some said each of: “Yes, always”."
_FINDINGS: Final[dict[str, list[dict[str, Any]]]] = {
    "story/open": [
        {
            "base": f"About {people} people told us how life is.",
            "care": "People who did not answer may feel differently.",
            "look": look,
        }
        for people in (10, 900)
        for look in (False, True)
    ],
    "story/slide": [
        {"n": 2, "total": 3, "sentence": "Most said: Yes.", "beside": "", "picture": None, "look": False},
        *(
            {
                "n": 9,
                "total": 10,
                "sentence": _SAID,
                "beside": "That is 33 in 100 for each.",
                "picture": size,
                "look": look,
            }
            for size in (0, 60_123)
            for look in (False, True)
        ),
    ],
    "story/last": [
        {"n": n, "asks": asks, "says": says, "keep": keep, "look": look}
        for n, asks, says, keep, look in (
            (3, None, False, False, False),
            (10, 99, False, True, False),
            (10, None, True, True, False),
            (10, None, False, True, True),
        )
    ],
    "story/again": [{"n": 2, "total": 3}, {"n": 10, "total": 10}],
    "story/picture": [
        {
            "base": "About 10 people told us how life is.",
            "care": "People who did not answer may feel differently.",
            "question": "How often do you feel safe in the place where you live?",
        }
    ],
    "story/square": [{"caption": f"What people said: About 10 people told us how life is. {_SAID}"}],
    "story/no_picture": [{}],
    "staff/findings/surveys": [
        {"surveys": []},
        {
            "surveys": [
                {"id": 9, "title": title, "last_day": DAY, "told_on": told_on}
                for title in ("A quick one", _LONG_TITLE)
                for told_on in (None, FAR.date(), DAY)
            ]
        },
    ],
    "staff/findings/story": [
        {
            "title": _LONG_TITLE if sentences else "A quick one",
            "base": "About 60 people told us how life is.",
            "state": state,
            "told_on": None if state == "draft" else DAY,
            "reached": 850,
            "joined": 900 if sentences else 0,
            "sentences": sentences,
            "rows": _one_a_row([str(at) for at in range(1, len(sentences) + 1)]),
            "files": files,
        }
        for state in ("draft", "told", "stopped")
        for sentences, files in (([], False), (["Most said: Yes."], False), ([_SAID] * 8, True))
    ],
    "staff/findings/pick": [
        {
            "chosen": len(marks),
            "most": 8,
            "sentences": [{"place": 31, "said": _SAID, "chosen": mark} for mark in marks],
            "rows": _one_a_row([str(at) for at in range(26, 26 + len(marks))], True),
            "page": page,
            "pages": 3,
        }
        for page, marks in ((1, []), (2, [True] * 6), (3, [False]))
    ],
    "staff/findings/words": [
        {
            "question": "How are things?",
            "sentence": sentence,
            "beside": beside,
            "own": own,
            "leaves": leaves,
            "most": 200,
        }
        for sentence, beside, own, leaves in (
            ("Most said: Yes.", "", False, True),
            ("w " * 100, "That is 33 in 100 for each.", True, False),
        )
    ],
    "staff/findings/enough": [{"most": 8}],
    "staff/findings/not_published": [{"numbers": ["3"]}, {"numbers": ["twenty-three people", "17", "2 in 10"] * 3}],
    "staff/findings/too_long": [{"got": 0, "most": 200}, {"got": 4096, "most": 200}],
    "files/poster_caption": [{}],
    "files/page_caption": [{}],
}
_PROMISED: Final = (
    "Everyone who moves into a first flat gets free wifi there for a year. Someone comes by to set it up for them, on"
    " the day they move in to it."
)
_MOVED: Final[dict[str, Any]] = {
    "place": 1,
    "total": 1,
    "promise": 1,
    "we_will": "Free wifi at home.",
    "is_known": True,
    "before": "planned",
    "after": "doing",
    "steps_before": 0,
    "steps_done": 0,
    "steps": 0,
    "later": False,
    "was_by": None,
    "by_when": None,
    "line": "",
    "reason": "",
    "back": False,
    "say": False,
    "looking": False,
}
_LINE_OF_OWNER: Final = "The first ten flats have it now. " * 4
_ROUND: Final[dict[str, Any]] = {
    "id": 1,
    "state": "asking",
    "asked_on": NEAR.date(),
    "updates_by": FAR.date(),
    "told_on": None,
    "comments_until": None,
    "asked": 12,
    "given": 1,
}
_ROUND_HOME: Final[dict[str, Any]] = {
    "round": None,
    "quarter": False,
    "asked_by": None,
    "mine": [],
    "missing": 0,
    "moved": 0,
    "waiting": 0,
    "whole_on": None,
    "tells": True,
    "manages": False,
    "reports": False,
    "no_plan": False,
}

_PROMISE: Final[dict[str, Any]] = {
    "id": 1,
    "theme": "Money",
    "said": None,
    "quote": False,
    "we_will": "Pay for wifi.",
    "who": "",
    "by_when": None,
    "late": False,
    "state": "planned",
    "steps_done": 0,
    "steps": 0,
    "reason": "",
    "instead": "",
    "update": "",
    "see": "",
    "difference": "",
    "helpers": "",
    "join_in": "",
}
_LONG_LINE: Final = "We will pay for wifi in each new home for the first year. You can ask for it when you get the key."
_LONG_PROMISE: Final[dict[str, Any]] = _PROMISE | {
    "id": 99,
    "theme": "The people who are there for you",
    "said": "Most feel safe where they live. That is 65 in 100.",
    "we_will": _LONG_LINE,
    "who": "The housing team and the wifi firm",
    "by_when": DAY,
    "late": True,
    "steps_done": 2,
    "steps": 5,
    "reason": "The firm has no boxes left. They come in March.",
    "instead": "A data card for each of you. You can ask for it from May.",
    "update": "Ten homes have it now. The next ten are in May.",
    "see": "A wifi box by the door on the day you get the key.",
    "difference": "You can be online from day one. It costs you nothing.",
    "helpers": "The wifi firm, the housing team",
    "join_in": "Try it first in your home and say how it works.",
}
_STAFF_PROMISE: Final[dict[str, Any]] = {
    "id": 1,
    "number": "1.1",
    "theme": 1,
    "theme_name": "Money",
    "said": None,
    "we_will": "Pay for wifi.",
    "who": "",
    "owner": None,
    "by_when": None,
    "state": "planned",
    "steps_done": 0,
    "steps": 0,
    "reason": "",
    "update": "",
    "see": "",
    "difference": "",
    "helpers": "",
    "join_in": "",
    "made_with": False,
    "told": False,
    "edited_on": NEAR,
    "edited_by": None,
    "undo": False,
}
_PLAN_CONTEXTS: Final[dict[str, list[dict[str, Any]]]] = {
    "plan/themes": [
        {"themes": [], "done": 0, "total": 0, "looking": False},
        *(
            {
                "themes": [
                    {"id": n, "name": named, "icon": "🏠", "done": n, "total": 12}
                    for n, named in enumerate(("Money", "Where you live", "The people who are there for you", "Work"))
                ],
                "done": 12,
                "total": 48,
                "looking": looking,
            }
            for looking in (False, True)
        ),
    ],
    "plan/promise": [
        _PROMISE | {"place": 1, "total": 1, "looking": False},
        _PROMISE | {"place": 2, "total": 2, "looking": True},
        *(
            _LONG_PROMISE | {"state": state, "place": place, "total": 12, "looking": False}
            for place, state in ((1, "planned"), (2, "doing"), (3, "done"), (11, "stuck"), (12, "not_doing"))
        ),
    ],
    "plan/more": [_PROMISE, _LONG_PROMISE],
    "plan/keep": [_PROMISE, _LONG_PROMISE],
    "plan/dropped": [
        {
            "id": 1,
            "we_will": "Free wifi at home for your first year.",
            "reason": "The money was not agreed.",
            "decided_by": "The head of service",
            "decided_on": DAY,
            "instead": "A data card for each of you who asks, from March.",
            "say": say,
            "looking": looking,
        }
        for say, looking in ((True, False), (False, True))
    ],
    "plan/challenge": [
        {"complaints": str(settings.complaints), "advocate": str(settings.advocate)} for settings in (SHORT, LONGEST)
    ],
    "staff/plan/home": [
        {"themes": [], "total": 0, "not_told": 0, "weak": 0, "made_with": 0, "percent": None, "elsewhere": 27},
        *(
            {
                "themes": [{"id": n, "name": f"Theme {n} that is called so", "count": 12} for n in range(6)],
                "total": 48,
                "not_told": not_told,
                "weak": weak,
                "made_with": 12,
                "percent": 25,
                "elsewhere": 27,
            }
            for not_told, weak in ((0, 0), (12, 10))
        ),
    ],
    "staff/plan/weak": [
        {"warnings": [], "most_themes": 5, "total": 1},
        {
            "warnings": [
                {"kind": kind, "count": 12, "numbers": ["1.1", "4.12"] * 6, "words": ["assist", "eligib"] * 6}
                for kind in (
                    "not_from_young_people",
                    "no_owner",
                    "nobody_named",
                    "no_date",
                    "no_steps",
                    "no_reason",
                    "nothing_to_see",
                    "hard_words",
                )
            ]
            + [
                {"kind": kind, "count": 6, "numbers": [], "words": []}
                for kind in ("too_many_themes", "nothing_goes_well")
            ],
            "most_themes": 5,
            "total": 48,
        },
    ],
    "staff/plan/theme": [
        {
            "name": "Money",
            "icon": "",
            "goes_well": False,
            "promises": [],
            "rows": [],
            "page": 1,
            "pages": 1,
            "ends": True,
        },
        *(
            {
                "name": "The people who are there for you",
                "icon": "💬",
                "goes_well": True,
                "promises": [
                    {
                        "id": n,
                        "number": f"4.{n}",
                        "we_will": _LONG_LINE,
                        "state": "not_doing",
                        "from_young_people": False,
                    }
                    for n in range(1, 7)
                ],
                "rows": [[{"label": f"4.{n}", "arg": n, "chosen": False} for n in range(1, 7)]],
                "page": page,
                "pages": 3,
                "ends": False,
            }
            for page in (1, 2, 3)
        ),
    ],
    "staff/plan/name": [
        {"what": what, "now_is": now, "max": 40}
        for what, now in (("new", None), ("name", "Money"), ("icon", ""), ("icon", "🏠"))
    ],
    "staff/plan/promise": [
        _STAFF_PROMISE,
        *(
            _STAFF_PROMISE
            | {
                name: _LONG_PROMISE[name]
                for name in _LONG_PROMISE
                if name in _STAFF_PROMISE and name not in ("id", "theme")
            }
            | {
                "theme_name": "The people who are there for you",
                "owner": f"{LONG} Featherstonehaugh",
                "state": state,
                "made_with": True,
                "told": True,
                "edited_by": LONG,
                "undo": True,
            }
            for state in ("stuck", "not_doing")
        ),
    ],
    "staff/plan/write": [
        {"field": field, "now_is": now, "max": 160, "new": not now}
        for field in (
            "we_will",
            "who",
            "update",
            "reason",
            "see",
            "difference",
            "helpers",
            "join_in",
            "decided_by",
            "instead",
        )
        for now in ("", _LONG_LINE)
    ],
    "staff/plan/state": [
        {"state": "doing", "states": ["planned", "doing", "done", "stuck", "not_doing"], "told": told}
        for told in (True, False)
    ],
    "staff/plan/owner": [
        {"owner": None, "people": [], "page": 1, "pages": 1},
        *(
            {
                "owner": f"{LONG} Featherstonehaugh",
                "people": [{"id": n, "name": f"Oluwaseun{n} Featherstonehaugh"} for n in range(8)],
                "page": page,
                "pages": 3,
            }
            for page in (1, 2, 3)
        ),
    ],
    "staff/plan/day": [{"by_when": None, "days": [DAY]}, {"by_when": DAY, "days": [DAY, date(2027, 2, 28)]}],
    "staff/plan/steps": [
        {"of": of, "done": done, "steps": steps, "rows": [[{"label": "3", "arg": 3, "chosen": False}]]}
        for of, done, steps in ((True, 0, 0), (True, 2, 12), (False, 2, 50))
    ],
    "staff/plan/said": [
        {"surveys": [], "new": True, "promise": None, "theme": 1},
        {"surveys": [{"id": 1, "title": _LONG_TITLE}], "new": False, "promise": 1, "theme": None},
    ],
    "staff/plan/source": [
        {"lines": [], "rows": [], "quotes": True, "page": 1, "pages": 1, "promise": None, "theme": 1},
        *(
            {
                "lines": [{"place": n, "text": "Most feel safe where they live. " * 7} for n in range(6, 11)],
                "rows": [[{"label": str(n), "arg": n, "chosen": False} for n in range(6, 11)]],
                "quotes": False,
                "page": page,
                "pages": 3,
                "promise": 1,
                "theme": None,
            }
            for page in (1, 2, 3)
        ),
    ],
    "staff/plan/drop": [
        {
            "we_will": _LONG_LINE,
            "asks": asks,
            "max": 160,
            "said": {
                "reason": "The money was not agreed.",
                "decided_by": "The head of service",
                "decided_on": DAY,
                "instead": "A data card for each of you.",
            },
        }
        for asks in ("reason", "decided_by", "decided_on", "instead", None)
    ],
    "staff/plan/bad_field": [
        {"why": why, "words": ["eligib: can get"], "max": 160}
        for why in ("hard", "long", "empty", "not_a_day", "taken", "not_known", "not_a_number")
    ],
    "staff/plan/shown": [{}],
    "staff/plan/told": [{}],
    "files/plan_caption": [{}],
    "envelope/promise": [{}],
    "files/plan_sheet_caption": [{}],
}

_FACES: Final = ["😀 Great", "🙂 Good", "😐 OK", "🙁 Not good", "😢 Bad"]
_HOME_OK: Final = "Is home OK to be in right now?"
_THREE_TAPS: Final = [
    {"id": "ci_mood", "label": "Not good"},
    {"id": "ci_safe", "label": "Mostly"},
    {"id": "ci_contact", "label": "Yes, as soon as you can"},
]
_SEEN_TAPS: Final = [
    {"asked": "How's today?", "words": "Not good"},
    {"asked": _HOME_OK, "words": "Rather not say right now"},
    {"asked": "Would you like someone to get in touch?", "words": "Yes, as soon as you can"},
]
_PASSED_ON: Final[dict[str, Any]] = {
    "said": _THREE_TAPS[:1],
    "worker": SADIA,
    "day": NEAR,
    "owner": None,
    "due": None,
    "backup": None,
    "again": False,
}
_CHECK_INS: Final[dict[str, Any]] = {
    "state": "none",
    "rhythm": None,
    "at": None,
    "next": None,
    "worker": SADIA,
    "waiting": False,
    "tapped": False,
}

_MONTHS: Final = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)
_AROUND: Final = [{"arg": str(n), "day": DAY + timedelta(days=n)} for n in (-1, 0, 1)]
_DAY_CARD: Final[dict[str, Any]] = {
    "who": "Jo S",
    "name": "",
    "on": NEAR,
    "certain": True,
    "state": "asked",
    "words": "",
    "signed": JO,
    "team": False,
    "own": False,
}

_NOON: Final = datetime(2026, 12, 25, 10, 0, tzinfo=UTC)
_CALL_SAID: Final[dict[str, Any]] = {
    "wanted": "yes",
    "other": False,
    "on": DAY,
    "who": "worker",
    "worker": LONG,
    "starts": _NOON,
    "ends": FAR,
    "any_time": True,
    "digits": "123",
    "note": True,
    "noted_by": LONG,
    "around": True,
}
_CALL_SHORT: Final = _CALL_SAID | {"who": "anyone", "worker": None, "any_time": False, "digits": "", "note": False}
_CALL_PERSON: Final[dict[str, Any]] = {
    "name": f"{LONG} F",
    "on": DAY,
    "wanted": "not_known",
    "own": False,
    "who": "anyone",
    "starts": _NOON,
    "ends": FAR,
    "any_time": True,
    "digits": "123",
    "parts": ["morning", "midday", "afternoon"],
    "wrong": False,
}
_CALL_DAY: Final[dict[str, Any]] = {
    "id": 1,
    "on": DAY,
    "name": "",
    "state": "planned",
    "starts": _NOON,
    "ends": FAR,
    "yes": 0,
    "no": 0,
    "not_said": 1,
}
_CALL_CONTEXTS: Final[dict[str, list[dict[str, Any]]]] = {
    "call/asked": [
        {"kind": kind, "name": called, "on": DAY, "worker": worker, "later": later, "said_later": said}
        | {"december": kind == "christmas"}
        for kind, called in (("christmas", "Christmas"), ("special", "Eid al-Fitr, the festival"), ("day", ""))
        for worker, later, said in ((None, None, False), (LONG, DAY, False), (LONG, DAY, True))
    ],
    "call/said": [
        _CALL_SAID,
        _CALL_SHORT | {"noted_by": None, "around": False},
        _CALL_SAID | {"wanted": "no"},
        _CALL_SHORT | {"wanted": "no", "other": True, "noted_by": None},
    ],
    "call/over": [{}],
    "call/list": [
        {"calls": [{"id": 1, "on": DAY, "wanted": "yes"}]},
        {"calls": [{"id": n, "on": _WEEK[n], "wanted": said} for n, said in enumerate(("no", "not_known", "later"))]},
    ],
    "call/who": [{"on": DAY, "worker": None}, {"on": DAY, "worker": LONG}],
    "call/when": [
        {
            "on": DAY,
            "starts": _NOON,
            "ends": FAR,
            "parts": [{"part": part, "starts": _NOON, "ends": FAR} for part in parts],
        }
        for parts in (("midday",), ("morning", "midday", "afternoon"))
    ],
    "call/number": [
        {"on": DAY, "ours": ours, "theirs": theirs, "wrong": wrong}
        for ours in ("", "123")
        for theirs in ("", "456")
        for wrong in (True, False)
    ],
    "call/note": [
        {"on": DAY, "worker": worker, "max": 300, "kept": kept} for worker, kept in ((None, False), (LONG, True))
    ],
    "call/pick": [
        {"worker": worker, "days": [{"ahead": n, "on": _WEEK[n - 1]} for n in range(1, 8)], "last": DAY, "wrong": wrong}
        for worker, wrong in ((None, False), (LONG, True))
    ],
    "staff/calls/ask": [
        {"on": DAY, "total": 0, "quiet": False, "people": [], "page": 1, "pages": 1},
        {"on": DAY, "total": 1, "quiet": True, "people": [], "page": 1, "pages": 1},
        *[
            {"on": DAY, "total": 20, "quiet": False, "page": page, "pages": 3}
            | {"people": [{"id": n, "name": f"{LONG} {'ABCDEFGH'[n]}", "tried": n > 4} for n in range(8)]}
            for page in (1, 2, 3)
        ],
    ],
    "staff/calls/person": [
        _CALL_PERSON,
        _CALL_PERSON | {"wanted": "yes"},
        _CALL_PERSON
        | {"wanted": "yes", "wrong": True, "who": "worker", "digits": "", "parts": ["midday", "afternoon"]},
        _CALL_PERSON | {"wanted": "no"},
        _CALL_PERSON | {"wanted": "yes", "own": True},
        _CALL_PERSON | {"wanted": "no", "own": True},
    ],
    "staff/calls/note": [
        {"name": JO, "on": DAY, "note": None},
        {"name": f"{LONG} F", "on": DAY, "note": "It is all a bit too much. " * 11},
    ],
    "staff/calls/days": [
        {"days": [], "wrong": False},
        {
            "days": [
                _CALL_DAY,
                _CALL_DAY | {"on": FAR.date(), "name": "Eid al-Fitr", "state": "asking"},
                _CALL_DAY | {"state": "off"},
            ],
            "wrong": True,
        },
    ],
    "staff/calls/hours": [
        _CALL_DAY | {"christmas": False, "wrong": True},
        _CALL_DAY | {"christmas": True, "wrong": False, "state": "asking", "name": "Christmas"},
    ],
    "staff/calls/sure": [
        {
            "on": DAY,
            "starts": _NOON,
            "ends": FAR,
            "people": people,
            "total": people + 9,
            "asks": FAR.date(),
            "wrong": wrong,
        }
        for people, wrong in ((0, True), (250, False))
    ],
}
"""Who would like a call: what a young person is asked, and what staff see of it."""

CONTEXTS: Final[dict[str, list[dict[str, Any]]]] = {
    **_CALL_CONTEXTS,
    "day/choose": [
        {
            "worker": None,
            "birthday": None,
            "days": [{"key": "a", "name": "Christmas", "on": False, "next": DAY, "certain": True}],
            "team": False,
            "more": None,
        },
        {
            "worker": LONG,
            "birthday": date(2024, 9, 30),
            "days": [
                {"key": str(n), "name": said, "on": n % 2 == 0, "next": DAY, "certain": n > 3}
                for n, said in enumerate(("Christmas", "Diwali", "Eid al-Adha", "Eid al-Fitr", "Lunar New Year"))
            ]
            + [
                {"key": f"own_{n}", "name": f"{n} Remembrance", "on": n == 7, "next": FAR, "certain": True}
                for n in range(7, 10)
            ],
            "team": True,
            "more": 1,
        },
    ],
    "day/birthday": [
        {"on": date(2024, 5, 3), "leap": None},
        {"on": date(2024, 2, 29), "leap": "28"},
        {"on": date(2024, 2, 29), "leap": "1"},
    ],
    "day/month": [{"months": [{"arg": n, "name": said} for n, said in enumerate(_MONTHS, 1)]}],
    "day/day_of_month": [{"month": "February", "most": 29}, {"month": "September", "most": 31}],
    "day/leap": [{}],
    "day/words": [
        {"birthday": True, "name": "", "greet": "", "words": "", "signed": SADIA},
        {"birthday": True, "name": "", "greet": "", "words": "", "signed": None},
        {"birthday": False, "name": "Eid al-Fitr", "greet": "Eid Mubarak", "words": "", "signed": None},
        {"birthday": False, "name": "Eid al-Adha", "greet": "Eid Mubarak", "words": "", "signed": LONG},
        {"birthday": True, "name": "", "greet": "", "words": "Thinking of you today. " * 13, "signed": LONG},
    ],
    "day/off": [{}],
    "staff/birthdays": [
        {"count": 1, "due_day": NEAR, "several": False},
        {"count": 12, "due_day": FAR, "several": True},
    ],
    "staff/special_days": [
        {"count": 1, "due_day": NEAR, "several": False},
        {"count": 12, "due_day": FAR, "several": True},
    ],
    "staff/day/list": [
        {"open": 0, "days": [], "beyond": 0},
        {"open": 0, "days": [{"at": 0, "on": DAY, "who": "Jo S", "state": "skipped"}], "beyond": 0},
        {
            "open": 4,
            "days": [
                {"at": n, "on": DAY + timedelta(days=n), "who": f"Oluwaseunfunmi {who}", "state": state}
                for n, who in enumerate("ABCDEFGHIJKL")
                for state in ("pressed" if n % 2 else "asked",)
            ],
            "beyond": 3,
        },
    ],
    "staff/day/quiet": [{"open": 0}, {"open": 12}],
    "staff/day/card": [
        _DAY_CARD,
        _DAY_CARD | {"name": "Eid al-Fitr", "certain": False, "team": True, "own": True, "who": "Oluwaseunfunmi F"},
        _DAY_CARD | {"state": "pressed"},
        _DAY_CARD | {"state": "pressed", "words": "Thinking of you today. " * 13, "signed": LONG},
        _DAY_CARD | {"state": "skipped"},
    ],
    "staff/day/write": [{"max": 300, "signed": JO, "name": ""}, {"max": 300, "signed": LONG, "name": "Diwali"}],
    "staff/day/look": [
        {"seen": "Hope today has some good bits in it.", "on": NEAR, "written": False},
        {"seen": "Thinking of you today. " * 14, "on": FAR, "written": True},
    ],
    "staff/day/dates": [
        {"days": []},
        {"days": [{"key": "a", "name": "Diwali"}]},
        {"days": [{"key": "a", "name": "Diwali"}, {"key": "b", "name": "Eid al-Fitr"}]},
    ],
    "staff/day/date": [
        {"name": "Diwali", "on": DAY, "certain": False, "by": None, "source": "Hindu calendar", "dates": _AROUND[:1]},
        {
            "name": "Eid al-Fitr",
            "on": DAY,
            "certain": True,
            "by": LONG,
            "source": "Umm al-Qura calendar, 1 Shawwal 1447 to 1453",
            "dates": _AROUND,
        },
    ],
    **_PLAN_CONTEXTS,
    "round/moved": [
        _MOVED,
        *(
            {**_MOVED, "before": "doing", "after": after, "reason": "There is no money for it yet."}
            for after in ("stuck", "not_doing")
        ),
        {**_MOVED, "before": "doing", "steps": 5, "steps_before": 1, "steps_done": 3, "is_known": False},
        {
            **_MOVED,
            "place": 12,
            "total": 12,
            "we_will": _PROMISED,
            "before": "stuck",
            "steps": 20,
            "steps_before": 11,
            "steps_done": 12,
            "later": True,
            "was_by": DAY,
            "by_when": FAR.date(),
            "line": _LINE_OF_OWNER,
            "back": True,
            "say": True,
        },
        {**_MOVED, "after": "done", "back": True, "looking": True},
    ],
    "round/keep": [
        {"we_will": "Free wifi at home.", "line": "", "reason": "", "after": "done", "by_when": None},
        {
            "we_will": _PROMISED,
            "line": _LINE_OF_OWNER,
            "reason": "There is no money for it yet. " * 5,
            "after": "stuck",
            "by_when": FAR.date(),
        },
    ],
    "round/nothing": [
        {"since": DAY, "count": count, "say": looking, "looking": not looking}
        for count, looking in ((1, True), (30, False))
    ],
    "round/answer": [
        {"name": "Wifi", "answer": "It comes in May.", "looking": True},
        {"name": "Wifi, and who pays for it", "answer": "It comes in May. We asked for more. " * 11, "looking": False},
    ],
    "round/end": [
        {"survey": None, "minutes": 1, "sent": False, "until": None, "plan": False, "say": False, "looking": True},
        {"survey": 99, "minutes": 1, "sent": False, "until": FAR.date(), "plan": True, "say": True, "looking": False},
        {"survey": 99, "minutes": 3, "sent": False, "until": FAR.date(), "plan": True, "say": False, "looking": False},
        {"survey": None, "minutes": 1, "sent": True, "until": NEAR.date(), "plan": True, "say": True, "looking": False},
    ],
    "round/say": [
        {"we_will": "", "owner": None, "day": None},
        {"we_will": _PROMISED, "owner": LONG, "day": FAR},
    ],
    "round/write": [
        {"owner": None, "day": None, "max": 800},
        {"owner": JO, "day": NEAR, "max": 800},
        {"owner": LONG, "day": FAR, "max": 800},
    ],
    "round/left": [{"monday": NEAR.date()}, {"monday": FAR.date()}],
    "round/signed": [{"owner": JO, "day": NEAR}, {"owner": LONG, "day": FAR}],
    "files/round_report_caption": [{}],
    "staff/round/home": [
        _ROUND_HOME,
        {**_ROUND_HOME, "no_plan": True},
        {
            **_ROUND_HOME,
            "round": _ROUND,
            "quarter": True,
            "asked_by": LONG,
            "mine": [{"id": n, "label": f"{n}. {_PROMISED}"} for n in range(12)],
            "missing": 11,
            "moved": 12,
            "manages": True,
        },
        {**_ROUND_HOME, "round": _ROUND, "quarter": True, "mine": [{"id": 1, "label": "Wifi."}], "tells": False},
        *(
            {
                **_ROUND_HOME,
                "round": {**_ROUND, "state": state, "told_on": NEAR.date(), "comments_until": FAR.date()},
                "quarter": True,
                "waiting": count,
                "whole_on": day,
                "reports": over,
            }
            for state, count, day, over in (
                ("told", 0, None, False),
                ("told", 1, FAR.date(), True),
                ("reported", 40, FAR.date(), True),
            )
        ),
    ],
    "staff/round/update": [
        {
            "we_will": "Free wifi at home.",
            "before": "planned",
            "state": state,
            "steps_done": done,
            "steps": steps,
            "by_when": None,
            "line": "",
            "reason": "",
            "given": False,
            "max": 160,
        }
        for state, done, steps in (("planned", 0, 0), ("doing", 0, 3), ("doing", 3, 3), ("done", 3, 3))
    ]
    + [
        {
            "we_will": _PROMISED,
            "before": "doing",
            "state": "stuck",
            "steps_done": 11,
            "steps": 20,
            "by_when": FAR.date(),
            "line": _LINE_OF_OWNER,
            "reason": "There is no money for it yet. " * 5,
            "given": True,
            "max": 160,
        }
    ],
    "staff/round/reason": [
        {"we_will": _PROMISED, "max": 160, "why": why, "words": ["procur", "stakeholder"]}
        for why in (None, "empty", "long", "hard")
    ],
    "staff/round/bad_line": [{"why": why, "max": 160} for why in ("long", "empty")],
    "staff/round/moved": [
        {"rows": [], "page": 1, "pages": 1, "missing": 0, "total": 0},
        *(
            {
                "rows": [
                    {
                        **_MOVED,
                        "we_will": _PROMISED,
                        "steps": 20,
                        "steps_done": 12,
                        "line": _LINE_OF_OWNER,
                        "is_known": False,
                    }
                ]
                * 3,
                "page": page,
                "pages": 3,
                "missing": 5,
                "total": 12,
            }
            for page in (1, 2, 3)
        ),
    ],
    "staff/round/missing": [
        {
            "rows": [
                {"id": n, "number": n, "we_will": _PROMISED, "owner": who, "asked": n == 3}
                for n, who in enumerate((_COLLEAGUE, None, _COLLEAGUE, _COLLEAGUE, None), start=1)
            ],
            "updates_by": FAR.date(),
            "late": late,
            "asks": late,
            "page": page,
            "pages": 3,
        }
        for late, page in ((True, 1), (True, 2), (False, 3))
    ],
    "staff/round/asked": [{"who": LONG, "again": again} for again in (True, False)],
    "staff/round/figures": [
        {
            "findings": [],
            "findings_share": None,
            "round_share": None,
            "asked": 0,
            "in_time": 0,
            "comments": 0,
            "answered": 0,
            "promises": {},
            "total": 0,
            "kept": 0,
        },
        {
            "findings": [{"title": _LONG_TITLE, "days": days} for days in (None, 1, 28, 28, 30)],
            "findings_share": {"told": 610, "joined": 700, "percent": 87},
            "round_share": {"told": 610, "joined": 700, "percent": 87},
            "asked": 40,
            "in_time": 33,
            "comments": 120,
            "answered": 118,
            "promises": {"done": 5, "doing": 10, "planned": 4, "stuck": 2, "not_doing": 1},
            "total": 22,
            "kept": 5,
        },
    ],
    "join/check": [
        {"words": "red fox", "asks": asks, "initials_typed": typed, "tries_left": left}
        for asks in ("day", "word")
        for typed in (False, True)
        for left in (3, 2, 1)
    ],
    "join/failed": [{"who": None}, {"who": CAREY}],
    "join/dead": [
        {"reason": why, "who": who} for why in ("unknown", "used", "expired", "dead") for who in (None, LONG)
    ],
    "join/taken": [{}],
    **{f"join/{what}": [{}] for what in ("moved", "look", "afresh")},
    "join/welcome": [{"worker": None}, {"worker": LONG}],
    "join/declined": [{}],
    "privacy": [{"back": "back"}],
    "privacy_more": [{}],
    "menu": [
        {"surveys": [], "worker": None, "tasks": [], "stopped": False, "thanks": False, "doors": [], "call": None},
        {"surveys": [_SURVEY], "worker": JO, "tasks": [], "stopped": True, "thanks": True, "doors": ["story", "say"]}
        | {"call": {"on": DAY, "wanted": "not_known"}},
        {
            "surveys": [
                {
                    **_SURVEY,
                    "title": _LONG_TITLE,
                    "minutes": 12,
                    "state": "draft",
                    "place": 30,
                    "total": 31,
                    "closes": FAR,
                },
                {**_SURVEY, "id": 2, "title": _LONG_TITLE, "minutes": 12, "state": "ready", "closes": FAR},
                {**_SURVEY, "id": 3, "closes": NEAR},
            ],
            "worker": LONG,
            "tasks": [{"id": 1, "owner": LONG, "due": FAR}],
            "stopped": True,
            "thanks": True,
            "doors": ["story", "plan", "join", "say", "who"],
            "call": {"on": FAR.date(), "wanted": "yes"},
        },
    ],
    "survey/start": [
        {"title": "A quick one", "minutes": 1, "worker": None, "practice": False},
        {"title": _LONG_TITLE, "minutes": 12, "worker": LONG, "practice": True},
    ],
    "survey/warm_up": [
        {"title": "A quick one", "minutes": 1, "day": None},
        {"title": _LONG_TITLE, "minutes": 12, "day": FAR},
    ],
    "survey/reminder": [
        {
            "id": 1,
            "title": title,
            "minutes": minutes,
            "state": state,
            "place": 5,
            "total": 31,
            "closes": closes,
            "card": card,
            "words": "Last time 85 people answered. Two things changed: wifi, and calls at weekends."
            if card == "own"
            else None,
            "last": card == "last",
        }
        for title, minutes, closes in (("A quick one", 1, NEAR), (_LONG_TITLE, 12, FAR))
        for card in ("short", "private", "your_pace", "last", "own")
        for state in ("new", "draft", "ready")
    ],
    "survey/later": [
        {"when": ("tonight", "tomorrow", "weekend"), "weekend": FAR, "chosen": FAR, "closes": FAR},
        {"when": (), "weekend": None, "chosen": None, "closes": NEAR},
    ],
    "survey/reminding": [{"day": when, "time": when} for when in (NEAR, FAR)],
    "survey/no_more": [{"id": 1}],
    "settings/topics": [
        {"topics": [{"id": one, "on": on} for one in ("surveys", "sharing", "news", "check_ins")]}
        for on in (True, False)
    ],
    "survey/info": [
        {"heading": None, "note": None, "text": "Next: four about how life feels. Skip any."},
        {
            "heading": "Your life as a whole",
            "note": "Four about how life feels. Skip any.",
            "text": "Nothing to do here.",
        },
    ],
    "survey/question": [
        _QUESTION,
        {**_QUESTION, "rows": _SCALE, "place": 30, "total": 31, "text": _WORDS, "can_send": True},
        {**_QUESTION, "rows": _one_a_row(_AGREE, True), "many": True, "heading": "To finish", "note": "Skip any."},
        {**_QUESTION, "rows": _one_a_row(["Homes", "Money"], 1), "ranked": True, "many": True},
        {
            **_QUESTION,
            "rows": [[{"label": letter, "arg": at, "chosen": False} for at, letter in enumerate("ABCD")]],
            "lettered": [{"letter": letter, "label": "On my own, or with a partner or child"} for letter in "ABCD"],
            "way_out": "rather_not_say",
        },
    ],
    "survey/write": [
        _WRITE,
        {
            **_WRITE,
            "place": 30,
            "total": 31,
            "heading": "What should change",
            "note": "Type if you like.",
            "text": _WORDS,
            "why": "A person reads this in May.",
            "max_chars": 1000,
            "written": True,
            "can_send": True,
        },
        {**_WRITE, "way_out": "rather_not_say"},
    ],
    "survey/quote": [{"place": 1, "total": 6}, {"place": 30, "total": 31}],
    "survey/ready": [
        {"answered": a, "skipped": s, "left": left} for a, s, left in ((6, 0, 0), (10, 1, 1), (30, 10, 20))
    ],
    "survey/sent": [
        {"results_by": None, "left_over": 0, "thanks": False},
        {"results_by": None, "left_over": 0, "thanks": True},
        {"results_by": DAY, "left_over": 1, "thanks": False},
        {"results_by": DAY, "left_over": 12, "thanks": True},
    ],
    "voucher/card": [
        {"vouchers": []},
        {"vouchers": [{"id": 1, "title": "A quick one", "worth": None}]},
        {"vouchers": [{"id": 1, "title": "A quick one", "worth": "£10"}]},
        {
            "vouchers": [
                {"id": 99, "title": _LONG_TITLE, "worth": "£1,000 to spend in one shop"},
                {"id": 98, "title": _LONG_TITLE, "worth": None},
            ]
        },
    ],
    "voucher/code": [{"code": "A", "worth": None}, {"code": "7QX4-" * 20, "worth": "£1,000 to spend in one shop"}],
    "survey/kept": [{"id": 1, "place": 1, "total": 6, "closes": when} for when in (None, NEAR, FAR)],
    "survey/again": [{"place": 1, "total": 6}, {"place": 30, "total": 31}],
    "survey/closed": [{"title": "A quick one"}, {"title": _LONG_TITLE}],
    "survey/already_sent": [{"title": "A quick one"}, {"title": _LONG_TITLE}],
    "survey/closing": [
        {"id": 1, "title": "A quick one", "ready": True, "place": 6, "total": 6, "closes": NEAR},
        {"id": 99, "title": _LONG_TITLE, "ready": False, "place": 30, "total": 31, "closes": FAR},
    ],
    "survey/destroyed": [{"title": "A quick one"}, {"title": _LONG_TITLE}],
    "hidden": [{}],
    "who/home": [
        {"worker": worker, "days": days, "back_on": back_on, "first": first, "about": about, "opens": opens}
        for worker, days, back_on, first, about, opens in (
            (None, [], None, None, [], None),
            (None, [], None, LONG, [{"id": 1, "name": LONG}], FAR),
            (JO, [], None, None, [], NEAR),
            (LONG, _WEEK, None, None, [{"id": 1, "name": LONG}], None),
            (LONG, _WEEK, FAR.date(), None, [], FAR),
            (LONG, _WEEK, FAR.date(), SADIA, [{"id": 1, "name": LONG}, {"id": 2, "name": SADIA}], FAR),
            (CAREY, [], None, SADIA, [], None),
        )
    ],
    "who/about": [
        {"name": JO, "days": [], "where": "", "likes": "", "why": "", "photo": True, "preview": False},
        {"name": JO, "days": _WEEK[:1], "where": "", "likes": "Dogs", "why": "", "photo": False, "preview": True},
        *(
            {
                "name": LONG,
                "days": _WEEK,
                "where": "At the Hub on Mill Road, or out and about with people.",
                "likes": "Dogs, five-a-side, and baking bread. " * 3,
                "why": "I had one good worker. It made a big change for me. " * 3,
                "photo": True,
                "preview": preview,
            }
            for preview in (True, False)
        ),
    ],
    **{f"who/{what}": [{}] for what in ("photo", "no_photo")},
    **{f"who/{what}": [{"worker": None}, {"worker": LONG}] for what in ("complain", "side")},
    "help": [
        {"status": status, "worker": worker, "day": day, "joined": joined}
        for status in ("none", "pressed", "signed")
        for worker, day, joined in ((None, None, False), (LONG, FAR, True))
    ],
    "pass_on": [{"worker": None}, {"worker": LONG}],
    "contact/offer": [
        {"names": [JO], "owner": JO, "day": NEAR, "time": NEAR, "more": False},
        {"names": [LONG, SADIA, CAREY], "owner": LONG, "day": FAR, "time": FAR, "more": True},
    ],
    "contact/other": [
        {"people": [{"id": 1, "name": JO, "role": "pa"}]},
        {
            "people": [
                {"id": n, "name": name(f"Oluwaseun{n}"), "role": role}
                for n, role in enumerate(("pa", "manager", "participation"))
            ]
        },
    ],
    "contact/note": [{"owner": JO}, {"owner": LONG}],
    "contact/done": [
        {"owner": JO, "day": NEAR, "time": NEAR, "backup": None, "carry_on": False},
        {**_DONE, "backup": SADIA, "carry_on": True},
    ],
    "contact/moved": [
        {"owner": JO, "was": CAREY, "day": NEAR, "time": NEAR, "carry_on": False},
        {**_DONE, "was": SADIA, "why": "late", "carry_on": False},
        {**_DONE, "was": LONG, "carry_on": True},
    ],
    "contact/cancelled": [{"carry_on": False}, {"carry_on": True}],
    "contact/nobody": [{"carry_on": False}, {"carry_on": True}],
    "contact/already": [{"owner": JO, "day": NEAR, "time": NEAR, "carry_on": False}, {**_DONE, "carry_on": True}],
    "settings/home": [
        {"language_name": "English", "full_messages": False, "languages": 1, "stopped": False},
        {"language_name": "Українська", "full_messages": True, "languages": 12, "stopped": True},
    ],
    "settings/language": [{"languages": [{"code": "en", "name": "English"}, {"code": "uk", "name": "Українська"}]}],
    "settings/messages": [{"full": False}, {"full": True}],
    "settings/hiding": [{}],
    "stop": [
        {"calls": [], "days": []},
        {"calls": [{"id": n, "owner": owner, "day": FAR, "time": FAR} for n, owner in enumerate((LONG, SADIA))]}
        | {"days": [{"id": 1, "on": DAY}, {"id": 2, "on": FAR.date()}]},
    ],
    "restarted": [{}],
    "data": [
        {"held": _HELD},
        {
            "held": {
                **_HELD,
                "birth_date": "2004-05-03",
                "agreed_word": "kite",
                "worker": "Priya Shah",
                "gender": "Woman",
                "home": "Own flat",
                "phone": "07700 900123",
                "email": "jo@example.org",
                "interests": ["music", "cooking"],
                "groups": {"team": "North"},
                "surveys": [{"survey": "pulse", "state": "sent"}, {"survey": "big", "state": "begun, not sent"}],
                "calls_on_days": [{"day": "2026-12-25", "wanted": "no"}],
                "things_to_join": [{"title": "Pool", "state": "shown"}]
                + [{"title": _LONG_OFFER, "state": "confirmed", "said_on": "2026-11-20"}] * 2,
                "asked_for_contact": [
                    {
                        "asked": "Priya Shah",
                        "by": "2026-11-24T17:00+00:00",
                        "state": "open",
                        "note": "A letter came.",
                        "wanted": "text",
                        "outcome": None,
                    }
                ],
            }
        },
    ],
    "forget/ask": [{"backups_by": None}, {"backups_by": DAY}],
    "forget/done": [{}],
    "start_offer": [{"id": 1, "title": "A quick one", "minutes": 1}, {"id": 99, "title": _LONG_TITLE, "minutes": 12}],
    **{f"say/{what}": [{}] for what in ("photo", "voice", "sticker", "file", "other", "button_please", "not_open")},
    "say/too_long": [{"max": 300, "got": 301}, {"max": 1000, "got": 4096}],
    **{f"errors/{what}": [{}] for what in ("old_screen", "not_saved", "try_again", "closed")},
    "errors/too_many": [{"max": 1}, {"max": 10}],
    "unknown": [{}],
    **{f"envelope/{what}": [{}] for what in ("something", "update", "reminder", "survey", "finished")},
    **{f"envelope/{what}": [{}] for what in ("on_its_way", "any_time", "once_more", "as_asked", "three_taps")},
    "envelope/own": [{"line": "Free pool night on Friday, if you fancy it."}],
    "staff/welcome": [{"name": LONG, "role": role} for role in ("administrator", "pa", "participation")],
    "staff/campaigns": [
        {"surveys": [], "practice": False},
        {
            "surveys": [
                {"name": "care_leaver_survey", "title": title, "open": FAR, "campaign": state}
                for title, state in ((_LONG_TITLE, "running"), ("A quick one", "paused"), ("Another", None))
            ],
            "practice": True,
        },
    ],
    "staff/campaign": [
        {
            "title": "A quick one",
            "open": None,
            "practice": True,
            "state": None,
            "plan": True,
            "steps": [_STEP | {"kind": kind, "number": n, "on": _LATER[n]} for n, kind in enumerate(_KINDS)],
            "left_out": [{"why": why, "count": 12} for why in LEFT_OUT],
            "register": 900,
            "too_soon": None,
        },
        {
            "title": _LONG_TITLE,
            "open": FAR,
            "practice": False,
            "state": "running",
            "plan": False,
            "steps": [
                _STEP
                | {
                    "kind": kind,
                    "number": n,
                    "on": _LATER[n],
                    "done": True,
                    "reach": "at most 900",
                    "waiting": 5,
                    "failed": 1,
                    "practised": 4,
                    "group": "home_kind=own_place" if kind == "reminder" else None,
                }
                for n, kind in enumerate(_KINDS)
            ],
            "left_out": [],
            "register": 0,
            "too_soon": None,
        },
        {
            "title": "A quick one",
            "open": None,
            "practice": False,
            "state": None,
            "plan": True,
            "steps": [_STEP | {"reach": "1"}, _STEP | {"kind": "last_reminder", "reach": "880"}],
            "left_out": [{"why": "sent", "count": 1}],
            "register": 900,
            "too_soon": FAR.date(),
        },
        *(
            {
                "title": "A quick one",
                "open": NEAR,
                "practice": False,
                "state": state,
                "plan": False,
                "steps": [],
                "left_out": [],
                "register": 0,
                "too_soon": None,
            }
            for state in ("paused", "over", None)
        ),
    ],
    "staff/campaign_step": [
        {"on": FAR, "opener": "This is still here if you want it.", "card": "Hello.", "buttons": ["Open", "Menu"]}
    ],
    "staff/campaign_sure": [
        {"title": _LONG_TITLE, "on": FAR, "reach": "at most 900", "register": 900, "codes_short": n} for n in (0, 1, 80)
    ],
    "staff/campaign_close": [
        {"title": "A quick one", "drafts": None, "last_day": NEAR, "tomorrow": False},
        {"title": _LONG_TITLE, "drafts": 35, "last_day": FAR, "tomorrow": True},
    ],
    "staff/campaign_closed": [{"title": _LONG_TITLE, "published": published} for published in (True, False)],
    "staff/loop": [{"doors": []}, {"doors": ["findings", "priorities", "talks", "plan_staff", "progress", "comments"]}],
    "staff/priorities/home": [
        {"open": [], "newest": None},
        {
            "open": [{"id": n, "title": _LONG_TITLE, "last_day": FAR.date()} for n in (8, 9)],
            "newest": {"id": 7, "title": _LONG_TITLE, "last_day": NEAR.date()},
        },
    ],
    **{f"staff/priorities/usual_{what}": [{}] for what in ("title", "question")},
    "staff/priorities/list": [
        {"question": question, "items": items, "least": 3, "most": 12, "max": 100}
        for question, items in (("What first?", []), ("First?", ["Wifi"]), (_WORDS, ["Free wifi at home " * 5] * 12))
    ],
    "staff/priorities/question": [{"question": "What first"}, {"question": _WORDS.rstrip("?")}],
    "staff/priorities/not_added": [
        {"why": why, "most": 12, "max": 100, "what": "“first” asks for a name." if why == "words" else None}
        for why in ("few", "many", "long", "twice", "words")
    ],
    "staff/priorities/look": [
        {
            "what": what,
            "title": title,
            "question": "What first?",
            "items": items,
            "minutes": minutes,
            "last_day": FAR.date(),
            "days": [{"arg": days, "on": days == 14} for days in (7, 14, 21, 28)],
            "register": 900,
            "joined": 888,
            "reach": 777,
            "open_until": until,
            "practice": until is None,
        }
        for what, title, items, minutes, until in (
            ("list", "First", ["Wifi", "Bus", "Rent"], 1, None),
            ("list", _LONG_TITLE, ["Wifi at home for a year, and somebody who helps to set it up"] * 12, 1, None),
            ("pick", _LONG_TITLE, ["You are listened to, and it changes things"] * 10, 2, NEAR.date()),
            ("rank", _LONG_TITLE, ["You are listened to, and it changes things"] * 10, 3, None),
        )
    ],
    "staff/priorities/sure": [
        {"title": _LONG_TITLE, "quietly": quietly, "reach": 777, "joined": 888, "last_day": FAR.date()}
        for quietly in (True, False)
    ],
    "staff/priorities/opened": [
        {"title": _LONG_TITLE, "last_day": FAR.date(), "quietly": quietly} for quietly in (True, False)
    ],
    "staff/talks/mine": [
        {"ends_on": NEAR.date(), "people": [], "left": 0, "total": 0},
        {"ends_on": NEAR.date(), "people": [], "left": 2, "total": 5},
        {"ends_on": NEAR.date(), "people": [{"id": 1, "name": JO, "state": "to_ask"}], "left": 1, "total": 1},
        {
            "ends_on": FAR.date(),
            "people": [
                {"id": n, "name": name(f"Oluwaseunfunmi{n} S"), "state": state}
                for n, state in enumerate(("to_ask", "to_ask", "to_ask", "asked", "not_now"), start=1)
            ],
            "left": 3,
            "total": 5,
        },
    ],
    "staff/talks/choice": [
        {
            "lettered": [{"letter": letter, "label": label} for letter in letters],
            "rows": [[{"label": letter, "arg": at, "chosen": False} for at, letter in enumerate(letters[:4])]],
        }
        for label, letters in (("Wifi", "ABC"), ("Nobody is left out, whatever they have been through", "ABCDEFGHIJ"))
    ],
    "staff/talks/words": [
        {"about": about, "max": 200} for about in (None, "Nobody is left out, whatever they have been through")
    ],
    "staff/talks/not_a_line": [{"max": 200, "got": 0}, {"max": 200, "got": 4096}],
    "staff/talks/name": [{"line": "[name] has it."}, {"line": "[name] waits for the bus too long. " * 5}],
    "staff/talks/kept": [{}],
    "staff/talks/round": [
        {
            "status": status,
            "ends_on": status and FAR.date(),
            "counts": status and {"to_ask": 40, "asked": 8, "not_now": 2},
            "lines": lines,
            "workers": workers,
            "people": people,
            "waiting": waiting,
            "each": 5,
        }
        for status, lines, workers, people, waiting in (
            (None, None, 0, 0, 0),
            (None, None, 1, 1, 1),
            ("running", None, 30, 150, 12),
            ("running", 150, 30, 150, 0),
            ("ended", None, 30, 150, 12),
            ("ended", 150, 0, 0, 0),
        )
    ],
    "staff/talks/sure": [
        {"workers": 1, "people": 1, "days": 21},
        {"workers": 30, "people": 150, "days": 21},
    ],
    "staff/talks/heard": [
        {"total": None, "counts": [], "told": False, "lines": [], "page": 1, "pages": 1},
        *(
            {
                "total": 150,
                "counts": [
                    {"label": label, "count": count}
                    for label in (None, *["Nobody is left out, whatever they have been through"] * 10)
                    for count in (None,)
                ],
                "told": True,
                "lines": ["The bus is too long to wait for. "] * 3,
                "page": page,
                "pages": 3,
            }
            for page in (1, 2, 3)
        ),
    ],
    "staff/profile/home": [
        {"days": [], "where": "", "likes": "", "why": "", "photo": False, "filled": False},
        {
            "days": _WEEK,
            "where": "At the Hub on Mill Road, or out and about with people.",
            "likes": "Dogs, five-a-side, and baking bread. " * 3,
            "why": "I had one good worker. It made a big change for me. " * 3,
            "photo": True,
            "filled": True,
        },
    ],
    "staff/profile/days": [
        {"days": [{"arg": n, "day": day, "on": on} for n, day in enumerate(_WEEK)]} for on in (True, False)
    ],
    "staff/profile/part": [
        {"part": part, "text": text, "max": 160} for part in ("where", "likes", "why") for text in ("", "Dogs. " * 26)
    ],
    "staff/profile/photo": [{"photo": photo} for photo in (True, False)],
    "staff/profile/remove": [{}],
    "staff/menu": [
        {"name": JO, "role": "administrator", "tasks": [], "results": False, "summary": None, "doors": []},
        {
            "name": LONG,
            "role": "manager",
            "results": True,
            "summary": 99,
            "doors": [
                "people",
                "find_person",
                "send",
                "week",
                "handover",
                "away",
                "campaigns",
                "loop",
                "opportunities",
                "call_ask",
                "call_days",
                "profile",
            ],
            "tasks": [{"id": n, "due_day": FAR, "due_time": FAR, "label": name(f"Oluwaseun{n} S")} for n in range(8)],
        },
        {
            "name": JO,
            "role": "pa",
            "results": True,
            "summary": None,
            "doors": ["people", "send", "away"],
            "tasks": [{"id": 1, "due_day": NEAR, "due_time": NEAR, "label": name("Jo S")}],
        },
    ],
    "staff/week": [
        {"words": _FIGURES},
        {"words": f"{_FIGURES}\n{'Supported, shared or student housing: 30% sent. ' * 26}"},
    ],
    "staff/week_picture": [{"caption": _FIGURES}],
    "staff/no_week_picture": [{}],
    "staff/task": [
        _TASK,
        {**_TASK, "who": name("Oluwaseunfunmi S"), "how": "either", "note": "housing letter " * 20, "backup": LONG},
        *({**_TASK, "state": state} for state in ("acknowledged", "done", "unreached", "passed_on", "cancelled")),
        *({**_TASK, "reason": "unreachable", "state": state} for state in ("open", "cancelled")),
        {**_TASK, "reason": "apply:7", "note": "Pool"},
        {**_TASK, "quiet": True},
        {**_TASK, "reason": "home", "checkin": 99_999, "acted": True, "state": "unreached"},
        {**_TASK, "reason": "home", "acted": True, "state": "done"},
    ],
    "staff/task_done": [
        _TASK_CAME,
        *(
            {**_TASK_CAME, "how": how, "line": "x" * 150, "by": name("Oluwaseunfunmi " * 4), "day": FAR, "time": FAR}
            for how in ("messaged", "met", "tried")
        ),
    ],
    "staff/task_line": [{"max": 150}],
    "staff/to_see": [{"count": 1}, {"count": 40}],
    "staff/check_in/list": [
        {"new": False, "rows": [], "page": 1, "pages": 1},
        *(
            {
                "new": new,
                "rows": [
                    {"id": 99_990 + n, "name": name(f"Oluwaseun{n} S"), "day": FAR.date(), "new": new} for n in range(8)
                ],
                "page": page,
                "pages": 3,
            }
            for new, page in ((True, 1), (False, 2), (True, 3))
        ),
    ],
    "staff/check_in/card": [
        {"who": name("Jo S"), "day": NEAR.date(), "said": _SEEN_TAPS[:1], "task": None, "replied": False},
        {"who": name("Oluwaseunfunmi S"), "day": FAR.date(), "said": _SEEN_TAPS, "task": 99_999, "replied": True},
        {"who": name("Jo S"), "day": NEAR.date(), "said": _SEEN_TAPS, "task": None, "replied": True},
    ],
    "staff/check_in/quiet": [{"who": name("Jo S"), "day": NEAR.date()}],
    "staff/check_in/reply": [{"who": name("Oluwaseunfunmi S"), "max": 200}],
    "staff/check_in/preview": [{"envelope": "An update on something you asked for.", "card": "x" * 450}],
    "staff/check_in/replied": [{"who": name("Oluwaseunfunmi S")}],
    "staff/check_in/no_reply": [{"who": name("Jo S"), "why": why} for why in ("unreachable", "before")],
    "nudge/card": [
        {"worker": JO, "words": "Fancy it?", "id": 1, "title": "A quick one", "state": "new", "place": 0, "total": 6},
        *(
            {
                "worker": LONG,
                "words": "It helped me say what the flat is like. Have a go. " * 4,
                "id": 99,
                "title": _LONG_TITLE,
                "state": state,
                "place": 30,
                "total": 31,
            }
            for state in ("new", "draft", "ready")
        ),
    ],
    "people/list": [
        {"total": 0, "joined": 0, "only": "everyone", "people": [], "page": 1, "pages": 1},
        {"total": 1, "joined": 1, "only": "not_reached", "people": [], "page": 1, "pages": 1},
        *(
            {
                "total": 900,
                "joined": 899,
                "only": only,
                "people": [
                    {"id": n, "name": name(f"Oluwaseun{n} S"), "state": state}
                    for n, state in enumerate(("joined", "not_joined", "not_reached", "off") * 2)
                ],
                "page": page,
                "pages": 113,
            }
            for only, page in (("everyone", 1), ("not_joined", 50), ("not_reached", 113))
        ),
    ],
    "people/find": [{}],
    "people/not_found": [{}],
    "people/card": [
        *(
            {"who": name("Jo S"), "state": state, "surveys": [], "unsaid": False, "nudge": False, "own": False}
            for state in ("joined", "not_joined", "not_reached", "off")
        ),
        {
            "who": name("Oluwaseunfunmi S"),
            "state": "off",
            "surveys": [{"title": _LONG_TITLE, "sent": sent} for sent in (True, False)],
            "unsaid": True,
            "nudge": True,
            "own": True,
        },
    ],
    "people/details": [
        {"who": name("Jo S"), "preferred": None, "phone": None, "email": None, "language": "English"},
        {
            "who": name("Oluwaseunfunmi S"),
            "preferred": LONG,
            "phone": "07700 900123",
            "email": "oluwaseunfunmi@example.org",
            "language": "Українська",
        },
    ],
    "people/new_link": [
        {
            "who": name("Oluwaseunfunmi S"),
            "words": "purple kite",
            "start": "a" * 22,
            "link": link,
            "expires": FAR,
            "asks": asks,
            "joined": joined,
        }
        for link, asks, joined in (
            (None, "day", False),
            (f"https://t.me/{'a' * 32}?start={'a' * 22}", "word", True),
        )
    ],
    "people/no_link": [{"who": name("Jo S")}, {"who": name("Oluwaseunfunmi S")}],
    "people/nudge_about": [
        {"surveys": []},
        {"surveys": [{"id": n, "title": title} for n, title in enumerate(("A quick one", _LONG_TITLE))]},
    ],
    "people/nudge": [{"title": "A quick one", "max": 200}, {"title": _LONG_TITLE, "max": 200}],
    "people/not_a_line": [{"max": 200, "got": 0}, {"max": 200, "got": 4_096}],
    "people/no_nudge": [
        {"who": name("Jo S"), "why": why, "by": by, "room_on": room_on}
        for why, by, room_on in (
            ("not_now", None, None),
            ("before", None, None),
            ("before", LONG, None),
            ("sent", None, None),
            ("full", None, NEAR.date()),
        )
    ],
    "people/nudge_preview": [
        {
            "envelope": "This is still here if you want it.",
            "card": "Jo wrote you a line. " + "It helped me say what the flat is like. Have a go. " * 4,
            "buttons": ["Start", "Remind me later", "No more of this", "Menu"],
        }
    ],
    "people/nudge_sent": [{"who": name("Jo S"), "until": None}, {"who": name("Oluwaseunfunmi S"), "until": FAR}],
    "staff/pass_on": [
        {"people": [{"id": 1, "name": JO}]},
        {"people": [{"id": n, "name": name(f"Oluwaseunfunmi{n}")} for n in range(9)]},
    ],
    **{f"staff/{what}": [{}] for what in ("overdue", "log_out", "logged_out", "pin_out")},
    "staff/help": [{"pin": True}, {"pin": False}],
    "staff/pin": [{"typed": 0, "left": None}, {"typed": 6, "left": 4}, {"typed": 1, "left": 1}],
    "staff/pin_new": [
        {"typed": typed, "again": again, "said": said, "shortest": 4, "longest": 6}
        for typed, again, said in ((0, False, None), (6, True, None), (0, False, "length"), (0, True, "easy"))
    ]
    + [{"typed": 0, "again": False, "said": "differs", "shortest": 4, "longest": 6}],
    **{
        f"staff/{what}": _DUE
        for what in ("new_task", "task_due", "task_changed", "task_moved", "task_cancelled", "task_gone")
    },
    "staff/update": [{}],
    **{f"opener/{n}": [{}] for n in range(1, 5)},
    "broadcast/card": [
        {"text": "Free pool on Friday.", "sender": None, "picture": False, "off": False},
        {"text": _SHARED, "sender": LONG, "picture": True, "off": True},
    ],
    "broadcast/picture": [{}],
    "broadcast/no_picture": [{}],
    "opportunity/card": [
        _OFFERED,
        {**_OFFERED, "left": 1, "mine": True},
        {
            **_OFFERED_LONG,
            "place": 11,
            "total": 12,
            "left": 0,
            "waiting": True,
            "all": True,
            "mine": True,
        },
    ],
    "opportunity/more": [
        {**_EVERYTHING, "joined": False},
        {**_EVERYTHING_LONG, "joined": True},
        {**_EVERYTHING_LONG, "ends_at": FAR + timedelta(days=60), "joined": False},
        {**_EVERYTHING, "drop_in": True, "joined": False},
        {**_EVERYTHING_LONG, "said": _DROP_IN_LONG["said"], "drop_in": True, "joined": True},
    ],
    "opportunity/drop_in": [
        _DROP_IN,
        {**_DROP_IN, "left": 1, "total": 2},
        {**_DROP_IN, "left": 3, "starts_at": NEAR, "mine": True},
        _DROP_IN_LONG,
    ],
    "opportunity/asks": [
        {"asks": "Anything you can't eat?", "organiser": JO, "answer": "", "max": 120},
        {"asks": _MY_THING_LONG["asks"], "organiser": LONG, "answer": "No nuts, please. " * 7, "max": 120},
    ],
    "opportunity/help": [
        {"title": "Pool", "organiser": JO, "owner": SADIA, "names": [SADIA], "day": NEAR, "time": NEAR},
        {"title": _LONG_OFFER, "organiser": LONG, "owner": LONG, "names": [LONG, CAREY], "day": FAR, "time": FAR},
    ],
    "opportunity/none": [{"all": every, "mine": mine} for every in (True, False) for mine in (True, False)],
    "opportunity/gone": [{}],
    "opportunity/show": [
        {"said": said["said"], "starts_at": starts_at, "organiser": organiser}
        for said, starts_at, organiser in ((_OFFERED, None, JO), (_OFFERED_LONG, FAR, LONG))
    ],
    "opportunity/calendar": [{"maybe": True}, {"maybe": False}],
    "opportunity/thing": [
        *({**_MY_THING, "state": state} for state in _STANDS),
        *({**_MY_THING_LONG, "state": state} for state in _STANDS),
        *({**_MY_THING_LONG, "state": state, "undo": True} for state in ("confirmed", "waiting")),
        {**_MY_THING, "state": "been", "felt": "ok"},
        *(
            {**_MY_THING_LONG, "state": state, "drop_in": True, "maybe": True}
            | {"open": is_open, "full": full, "on_today": on}
            for state in ("confirmed", "waiting", "maybe")
            for is_open, full, on in ((True, False, False), (False, True, False), (False, False, True))
        ),
    ],
    "opportunity/mine": [
        {"things": []},
        {"things": [{"id": 1, "title": "Pool", "state": "confirmed", "starts_at": None}]},
        {
            "things": [
                {"id": 90 + n, "title": _LONG_OFFER, "state": _STANDS[n % len(_STANDS)], "starts_at": FAR}
                for n in range(12)
            ]
        },
    ],
    "staff/send/whom": [
        {"audiences": ["everyone"], "filled": True, "draft": False, "under_way": None, "joins": True},
        {"audiences": ["own", "everyone"], "filled": False, "draft": True, "under_way": 99, "joins": False},
    ],
    "staff/send/write": [
        {"audience": audience, "text": text, "picture": bool(text), "max": 600}
        for audience in (None, "own", "everyone")
        for text in ("", "Free pool on Friday.", _SHARED)
    ],
    "staff/send/too_long": [{"max": 600, "got": 601}, {"max": 600, "got": 4096}],
    **{f"staff/send/{what}": [{}] for what in ("one_picture", "wrong_number", "thrown")},
    "staff/send/opener": [
        {"lines": ["A bit of news, for when it suits you."] * 4, "line": line} for line in ("", "a " * 30)
    ],
    "staff/send/own_line": [{"max": 60}],
    "staff/send/bad_line": [
        {"why": why, "words": ["care", "social work", "Royal Borough of Kingston and Malden Council"], "max": 60}
        for why in ("empty", "long", "signs", "link", "gives_away")
    ],
    "staff/send/preview": [
        _SENDING,
        {**_SENDING, "people": 0, "left_out": {"not_joined": 1}, "refused": "nobody"},
        *({**_SENDING, "refused": why, "room_on": NEAR.date()} for why in ("enough_today", "week_full")),
        {
            **_SENDING,
            "audience": "everyone",
            "people": 888,
            "total": 900,
            "left_out": dict.fromkeys(
                ("not_joined", "stopped", "unreachable", "opted_out", "week_full", "practice"), 2
            ),
            "line": "a " * 30,
            "card": f"Here is something to look at now, or to leave for when you like.\n\n{_SHARED}\n\nFrom the team.",
            "picture": True,
            "again": NEAR,
            "leaves_on": FAR.date(),
        },
    ],
    "staff/send/confirm": [{"people": 1}, {"people": 888}],
    "staff/send/number_changed": [{"was": 1, "now_goes": 888}],
    "staff/send/progress": [
        {**_GOING, "seconds": 60},
        {**_GOING, "seconds": 60, "leaves_on": FAR.date()},
        {**_GOING, "leaves_on": FAR.date()},
        {**_GOING, "left": 17, "waiting": 868, "others": 3},
        {**_GOING, "state": "done", "left": 888, "waiting": 0},
        {**_GOING, "state": "stopped", "left": 17, "waiting": 0, "others": 871},
        {**_GOING, "state": "stopped", "waiting": 0, "others": 888},
        *({**_GOING, "state": state, "told": False} for state in ("leaving", "stopped")),
    ],
    **_FINDINGS,
    "staff/tell/wrong_number": [{}],
    "staff/tell/preview": [
        {
            "people": people,
            "total": people or 1,
            "left_out": {} if people else {"not_joined": 1},
            "line": "There's something to look at when you have a minute.",
            "leaves_on": day,
        }
        for people in (0, 1)
        for day in (None, FAR.date())
    ]
    + [
        {
            "people": 888,
            "total": 900,
            "left_out": dict.fromkeys(
                ("not_joined", "stopped", "unreachable", "opted_out", "week_full", "practice"), 2
            ),
            "line": "There's something to look at when you have a minute.",
            "leaves_on": FAR.date(),
        }
    ],
    "staff/tell/confirm": [{"people": 1}, {"people": 888}],
    "staff/tell/number_changed": [{"was": 1, "now_goes": 888}],
    "staff/tell/progress": [
        {name: value for name, value in going.items() if name != "id"}
        for going in (
            {**_GOING, "seconds": 60},
            {**_GOING, "seconds": 60, "leaves_on": FAR.date()},
            {**_GOING, "leaves_on": FAR.date()},
            {**_GOING, "left": 17, "waiting": 868, "others": 3},
            {**_GOING, "state": "done", "left": 888, "waiting": 0},
            {**_GOING, "state": "stopped", "left": 17, "waiting": 0, "others": 871},
            {**_GOING, "state": "stopped", "waiting": 0, "others": 888},
            *({**_GOING, "state": state, "told": False} for state in ("leaving", "stopped")),
        )
    ],
    "staff/thing/list": [
        {"things": [], "open": False, "take_up": False, "page": 1, "pages": 1},
        {
            "things": [
                {"id": at, "title": title, "state": state, "confirmed": count, "places": places, "on": on}
                for on in (None, FAR)
                for at, (title, state, count, places) in enumerate(
                    (
                        ("Pool", "draft", 0, None),
                        ("Pool night", "open", 1, 8),
                        (_THING_TITLE, "open", 480, 500),
                        (_THING_TITLE[1:], "closed", 12, None),
                        ("Drums", "over", 9, 9),
                        ("Pizza", "cancelled", 1, 9),
                    )
                )
            ],
            "open": True,
            "take_up": True,
            "page": 2,
            "pages": 3,
        },
    ],
    "staff/thing/new": [{}],
    "staff/thing/step": [
        {**_THING_STEP, "step": step, "fresh": fresh, "told": told, "now_says": says}
        for step in making.STEPS
        for fresh, told, says in ((True, False, ""), (False, True, "Pool and pizza in the hall. " * 7))
    ],
    "staff/thing/preview": [
        {
            "card": "Something you could join.",
            "more": more,
            "picture": more,
            "interests": likes,
            "unready": unready,
            "weeks": 26 if more else None,
            "last_on": FAR if more else None,
        }
        for more in (False, True)
        for likes, unready in (([], None), (["music", "cooking with other people"], "when"))
    ],
    "staff/thing/change": [
        {"steps": ["what"], "open": False},
        {"steps": list(making.STEPS), "open": True},
    ],
    "staff/thing/too_long": [{"max": 80, "got": 81}, {"max": 200, "got": 4096}],
    "staff/thing/cut": [{"max": 200}],
    "staff/thing/bad_time": [
        {"why": why}
        for why in ("no_day", "no_time", "no_such_day", "no_such_time", "weekday", "past", "far", "backwards")
    ],
    "staff/thing/not_that": [{"step": "places"}, {"step": "weeks"}, {"step": "kind"}],
    "staff/thing/gift": [{"what": "food"}, {"what": "travel"}],
    **{
        f"staff/thing/{what}": [{}]
        for what in ("has_picture", "words_first", "thrown", "next_step", "told_no", "none_ticked")
    },
    "staff/thing/opened": [{"dates": 1}, {"dates": 26}],
    "staff/thing/changed": [{"told": True}, {"told": False}],
    "staff/thing/standing": [
        _THING_STANDS,
        {**_THING_STANDS, "places": None, "confirmed": 1, "names": True, "changes": True},
        {
            **_THING_STANDS,
            "number": 9999,
            "title": _THING_TITLE,
            "state": "closed",
            "starts_at": FAR,
            "organiser": LONG,
            "confirmed": 480,
            "asked": 12,
            "waiting": 99,
            "maybe": 44,
            "came": 312,
            "felt": {"good": 250, "ok": 50, "not_for_me": 10},
            "names": True,
            "changes": True,
            "begun": True,
            "tell": False,
        },
        {**_THING_STANDS, "state": "over", "asked": 1, "waiting": 1, "came": 0, "begun": True},
        {**_THING_STANDS, "state": "cancelled"},
    ],
    "staff/thing/people": [
        {"title": "Pool", "guests": [], "marks": False, "came": 0, "page": 1, "pages": 1},
        *(
            {
                "title": _THING_TITLE,
                "guests": [
                    {"id": at, "name": f"{who} {end}", "state": state, "position": 99, "wants_help": True, "came": came}
                    | {"answer": "No nuts, please. " * 7 if at < 4 else ""}
                    for at, (who, end, state, came) in enumerate(
                        (
                            (JO, "L", "confirmed", True),
                            (LONG, "W", "confirmed", False),
                            (SADIA, "M", "confirmed", None),
                            (CAREY, "A", "offered", None),
                            (LONG, "Z", "waiting", None),
                        )
                    )
                ],
                "marks": marks,
                "came": 1,
                "page": 2,
                "pages": 3,
            }
            for marks in (False, True)
        ),
    ],
    "staff/thing/guest": [
        {
            "who": f"{who} L",
            "state": state,
            "position": 12,
            "wants_help": helped,
            "answer": "No nuts, please. " * 7 * helped,
        }
        for who, state, helped in ((JO, "confirmed", False), (LONG, "waiting", True), (SADIA, "offered", False))
    ],
    "staff/thing/no": [{"who": f"{LONG} W", "max": 200}],
    "staff/thing/cancel": [
        {"title": "Pool", "confirmed": 0, "asked": 0, "waiting": 0, "maybe": 0, "max": 200},
        {"title": _THING_TITLE, "confirmed": 480, "asked": 12, "waiting": 99, "maybe": 44, "max": 200},
    ],
    "staff/thing/sure": [
        {"title": "Pool", "because": "It is shut.", "people": 1},
        {"title": _THING_TITLE, "because": "The hall is shut for the winter. " * 6, "people": 591},
    ],
    "staff/thing/off": [{"people": 1}, {"people": 591}],
    "staff/thing/marked": [{"people": 0}, {"people": 312}],
    "staff/thing/takeup": [
        {"people": 60, "share": None, "or_more": False, "groups": []},
        {"people": 60, "share": 25, "or_more": False, "groups": []},
        {
            "people": 900,
            "share": 95,
            "or_more": True,
            "groups": [
                {"segment": "gender", "part": "woman", "share": 100, "thin": False},
                {"segment": "area_team", "part": "North and Waterside", "share": None, "thin": False},
                {"segment": "area_team", "part": "South", "share": 5, "thin": True},
            ],
        },
    ],
    "staff/thing/choose": [
        {"things": [], "audiences": ["own"], "enough": False, "page": 1, "pages": 1},
        *(
            {
                "things": [
                    {"id": 1, "title": "Pool", "new": False, "ticked": False},
                    {"id": 2, "title": _THING_TITLE, "new": True, "ticked": True},
                ],
                "audiences": ["own", "everyone"],
                "enough": enough,
                "page": 2,
                "pages": 3,
            }
            for enough in (False, True)
        ),
    ],
    "staff/thing/look": [
        {"card": "Something you could join.", "place": 1, "total": 1},
        {"card": "Something you could join, 12 of 12.", "place": 12, "total": 12},
    ],
    "handover": [
        {"worker": JO, "before": None, "asked": None, "ask": True, "about": False},
        {"worker": LONG, "before": SADIA, "asked": None, "ask": True, "about": True},
        {"worker": SADIA, "before": CAREY, "asked": None, "ask": False, "about": False},
        {
            "worker": LONG,
            "before": CAREY,
            "asked": {"owner": LONG, "day": FAR, "time": FAR},
            "ask": True,
            "about": True,
        },
    ],
    "staff/handover": [
        {"old": _COLLEAGUE, "state": state, "people": people, "skipped": skipped, "tasks": skipped}
        for state in ("offered", "agreed", "declined", "cancelled")
        for people, skipped in ((0, 0), (0, 1), (1, 1), (40, 12))
    ],
    "staff/handover_who": [
        {"names": [name("Jo S")], "more": 0},
        {"names": [name(f"Oluwaseun{n:02} S") for n in range(60)], "more": 12},
    ],
    "staff/handed": [
        {"old": JO, "new": _COLLEAGUE, "state": state, "people": people}
        for state in ("agreed", "declined")
        for people in (1, 40)
    ],
    "staff/away": [
        {"days": []},
        {"days": [{"day": FAR.date(), "arg": "2026-12-30", "tomorrow": soon} for soon in (True, False)]},
    ],
    "staff/away_days": [
        {"days": [], "later": 1},
        *(
            {"days": [{"day": date(2026, 12, n), "arg": "2026-12-30", "tomorrow": n == 1} for n in days], "later": None}
            for days in (range(1, 11), range(1, 4))
        ),
    ],
    "staff/away_cover": [
        {"back_on": NEAR.date(), "people": []},
        {"back_on": FAR.date(), "people": [{"id": n, "name": name(f"Oluwaseunfunmi{n} Shah")} for n in range(12)]},
    ],
    "staff/away_now": [
        {"back_on": FAR.date(), "cover": cover, "tasks": tasks, "handed": handed}
        for cover in (None, LONG)
        for tasks, handed in (
            (0, {"to_cover": 0, "to_others": 0, "stay": 0}),
            (1, {"to_cover": 0, "to_others": 0, "stay": 0}),
            (12, {"to_cover": 0, "to_others": 0, "stay": 0}),
            (1, {"to_cover": 10, "to_others": 2, "stay": 1}),
        )
    ],
    "staff/covering": [{"who": JO, "back_on": None}, {"who": _COLLEAGUE, "back_on": FAR.date()}],
    "staff/vouchers": [
        {"title": "A quick one", "name": "pulse", "left": None, "total": None, "waiting": None},
        {"title": "A quick one", "name": "pulse", "left": 1, "total": 10, "waiting": 0},
        {"title": _LONG_TITLE, "name": "care_leaver_survey", "left": 0, "total": 900, "waiting": 5},
        {"title": _LONG_TITLE, "name": "care_leaver_survey", "left": 90, "total": 900, "waiting": 100},
    ],
    "staff/no_figures": [{"title": "A quick one"}, {"title": _LONG_TITLE}],
    "reading/start": [
        {"title": "A quick one", "total": 0, "read": 0, "due": None, "following": 1},
        {"title": "A quick one", "total": 1, "read": 0, "due": None, "following": 1},
        {"title": _LONG_TITLE, "total": 2_700, "read": 2_699, "due": FAR, "following": 2_700},
        {"title": _LONG_TITLE, "total": 31, "read": 31, "due": NEAR, "following": 1},
    ],
    "reading/card": [
        _TEXT,
        {**_TEXT, "state": "read", "place": 30, "total": 31, "read": 29, "themes": 1},
        {**_TEXT, "state": "not_used", "ok_to_quote": True},
        {**_TEXT, "state": "quotable", "ok_to_quote": True, "words": "Ask [name] about the heating. " * 33},
        {
            **_TEXT,
            "total": 2_700,
            "question": _WORDS,
            "parts": [
                {"text": "Priya", "instead": "name"},
                {"text": " knows about the heating." * 40, "instead": None},
            ],
            "marks": 1,
            "ok_to_quote": True,
            "themes": 40,
        },
    ],
    "reading/word": [{}],
    "reading/not_there": [{}],
    "reading/no_theme": [{"max": 26, "most": 30}],
    "reading/marks": [{"marks": []}, {"marks": [{"start": n, "words": "Oluwaseunfunmi " * 3} for n in range(40)]}],
    "reading/confirm": [{"words": "[name]"}, {"words": "Ask [name] about the heating. " * 33}],
    "reading/theme": [
        {"themes": []},
        {"themes": [{"id": n, "name": f"Heating in the winter, {n:03}", "chosen": n == 3} for n in range(30)]},
    ],
    "reading/themes": [
        {"title": "A quick one", "themes": []},
        {
            "title": _LONG_TITLE,
            "themes": [{"name": f"Heating in the winter, {n:03}", "count": None} for n in range(30)],
        },
        {"title": "A quick one", "themes": [{"name": "Heating", "count": 15}]},
    ],
    "reading/everyone": [{"people": n} for n in (0, 1, 900)],
    "reading/everyone_done": [{"people": n} for n in (0, 1, 900)],
    "reading/late": [
        {"title": "A quick one", "due": None, "done": False, "readers": []},
        {"title": _LONG_TITLE, "due": FAR, "done": False, "readers": [LONG, SADIA, CAREY]},
        {"title": _LONG_TITLE, "due": NEAR, "done": True, "readers": [JO]},
    ],
    "reading/numbers": [{}],
    **{f"reading/{what}": _DUE for what in ("waits", "due", "overdue")},
    "results/all": [
        {"surveys": [], "open": [], "page": 1, "pages": 1},
        {"surveys": [], "open": [{"title": _LONG_TITLE, "last_day": NEAR.date()}], "page": 1, "pages": 1},
        *(
            {
                "surveys": [{"id": n, "place": n, "title": _LONG_TITLE, "last_day": DAY} for n in range(95, 101)],
                "open": [{"title": _LONG_TITLE, "last_day": FAR.date()}, {"title": "A quick one", "last_day": DAY}],
                "page": page,
                "pages": 17,
            }
            for page in (1, 16, 17)
        ),
    ],
    "results/survey": [
        _FOUND,
        *(
            {
                **_FOUND,
                "id": 99,
                "title": _LONG_TITLE,
                "sent": 895,
                "invited": 900,
                "questions": [
                    {
                        "place": n,
                        "text": f"How often do you feel safe when you are out near home {n}?",
                        "heading": None if n % 2 else _LONG_TITLE,
                    }
                    for n in range(25, 31)
                ],
                "rows": [[{"label": str(n + at), "arg": n + at, "chosen": False} for at in range(3)] for n in (25, 28)],
                "page": page,
                "pages": 6,
                "typed": True,
            }
            for page in (1, 5, 6)
        ),
    ],
    "results/question": [
        {"words": _FIGURES, "survey": 99, "place": place, "total": 31, "picture": picture, "typed": not picture}
        for place in (1, 15, 31)
        for picture in (True, False)
    ],
    "results/picture": [{"caption": _FIGURES, "here": "99.31", "next": following} for following in (None, "99.32")],
    "results/summary": [{"words": _FIGURES, "survey": 99}],
    "results/no_picture": [{"here": "1.0"}],
    "voice/home": [
        {"signed": [], "answers": False},
        {
            "signed": [
                {"id": 90 + n, "owner": LONG, "state": state, "day": FAR, "time": FAR, "nth": nth}
                for n, (state, nth) in enumerate((("open", 1), ("open", 2), ("answered", 1), ("answered", 2)))
            ],
            "answers": True,
        },
    ],
    "voice/how": [
        {"kind": kind, "readers": readers, "monday": DAY, "owner": owner, "sees": sees, "due": FAR if owner else None}
        for kind, readers, owner, sees in (
            ("good", [], None, []),
            ("change", [JO], JO, [JO]),
            ("round", [LONG, SADIA], LONG, [LONG, SADIA]),
        )
    ],
    "voice/thank": [{"people": []}, {"people": [{"id": 1, "name": _COLLEAGUE}, {"id": 2, "name": JO}]}],
    "voice/thank_how": [
        {"thanked": JO, "readers": [], "monday": NEAR},
        {"thanked": LONG, "readers": [LONG, CAREY], "monday": DAY},
    ],
    "voice/write": [
        {"signed": False, "thanked": None, "owner": None, "sees": [], "due": None, "max": 1000},
        {"signed": False, "thanked": LONG, "owner": None, "sees": [], "due": None, "max": 1000},
        {"signed": True, "thanked": SADIA, "owner": None, "sees": [], "due": None, "max": 1000},
        {"signed": True, "thanked": None, "owner": LONG, "sees": [LONG, SADIA], "due": FAR, "max": 1000},
    ],
    "voice/kept": [{"monday": NEAR.date()}, {"monday": DAY}],
    "voice/kept_all": [{}],
    "voice/taken_back": [{}],
    "voice/signed": [
        {"owner": JO, "due": NEAR, "thanks": False},
        {"owner": LONG, "due": FAR, "thanks": False},
        {"owner": LONG, "due": None, "thanks": True},
    ],
    "voice/moved": [{"owner": LONG, "was": was, "due": FAR} for was in (None, SADIA, LONG)],
    "voice/answer": [
        {"by": JO, "answer": "Yes, from Monday.", "wrote_on": NEAR},
        {"by": LONG, "answer": "We can't do this. The money was not agreed. " * 13, "wrote_on": FAR},
    ],
    "voice/answers": [
        {"name": None, "answer": "", "answered_on": None, "place": 1, "total": 0, "staff": False},
        *(
            {
                "name": "Wifi where you live",
                "answer": "We can't do this. The money was not agreed. " * 13,
                "answered_on": DAY,
                "place": place,
                "total": 40,
                "staff": place == 40,
            }
            for place in (1, 17, 40)
        ),
    ],
    "voice/having_us": [{"step": step, "max": 1000} for step in ("felt", "told", "words")],
    "staff/comments/home": [
        {
            "reads": reads,
            "waiting": 0,
            "groups": 0,
            "unanswered": 0,
            "untold": 0,
            "signed": [],
            "more": 0,
            "of_round": reads,
        }
        for reads in (True, False)
    ]
    + [
        {
            "reads": True,
            "waiting": 99,
            "groups": 30,
            "unanswered": 12,
            "untold": 18,
            "signed": [{"id": n, "who": name("Jo S"), "day": FAR, "time": FAR} for n in range(8)],
            "more": 11,
            "of_round": False,
        }
    ],
    "staff/comments/card": [
        {"kind": kind, "text": text, "place": 1, "total": total, "to": to}
        for kind, text, total, to in (
            ("good", "Nice.", 1, None),
            ("change", "The wifi is slow. " * 55, 99, None),
            ("thanks", "She rang.", 2, LONG),
            ("thanks", "She rang.", 2, None),
            ("round", "It is not done.", 2, None),
        )
    ],
    "staff/comments/under": [
        {"groups": [], "max": 26},
        {"groups": [{"id": n, "name": f"The wifi where we live {n}"} for n in range(30)], "max": 26},
    ],
    "staff/comments/no_group": [{"max": 26, "most": 30}],
    "staff/comments/groups": [
        {"groups": []},
        {
            "groups": [
                {"id": n, "name": f"The wifi where we live {n}", "size": 99, "answered": n > 9} for n in range(30)
            ]
        },
    ],
    "staff/comments/group": [
        {"name": "Wifi", "text": None, "place": 1, "total": 0, "answer": None},
        *(
            {"name": "Wifi", "text": "The wifi is slow. " * 20, "place": place, "total": 9, "answer": answer}
            for place, answer in ((1, None), (5, "From Monday. " * 45), (9, None))
        ),
    ],
    "staff/comments/signed": [
        {
            "who": name("Jo S"),
            "kind": kind,
            "text": "The wifi is slow. " * times,
            "state": state,
            "due": due,
            "owner": LONG,
            "mine": mine,
            "reads": not mine,
            "by": LONG if state == "answered" else None,
            "answer": "From Monday. " * 45 if state == "answered" else "",
        }
        for kind, times, state, due, mine in (
            ("good", 1, "open", NEAR, True),
            ("change", 55, "open", FAR, False),
            ("round", 30, "answered", FAR, True),
            ("thanks", 55, "passed_on", None, True),
            ("thanks", 1, "passed_on", None, False),
        )
    ],
    "staff/comments/thanks": [{"text": "Nice."}, {"text": "She rang me back. " * 55}],
    "staff/comments/answer": [{"everyone": one, "name": name("Jo S"), "max": 600} for one in (True, False)],
    "staff/comments/preview": [
        {"everyone": one, "name": name("Jo S"), "answer": "From Monday. " * 45} for one in (True, False)
    ],
    "staff/comments/too_long": [{"max": 600, "got": got} for got in (0, 999)],
    "staff/comments/having_us": [
        {"felt": None, "told": None, "text": None, "place": 0, "total": 0},
        {
            "felt": {"good": 10, "mixed": None, "not_good": None},
            "told": None,
            "text": None,
            "place": 0,
            "total": 0,
        },
        {
            "felt": {"good": 30, "mixed": 10, "not_good": None},
            "told": {"yes": 30, "no": None, "unsure": None},
            "text": "It was fine. " * 70,
            "place": 3,
            "total": 9,
        },
        {
            "felt": {"good": 30, "mixed": 10, "not_good": 5},
            "told": {"yes": 30, "no": 10, "unsure": 5},
            "text": None,
            "place": 0,
            "total": 9,
        },
    ],
    **{f"staff/call/{what}": [{}] for what in ("now", "none", "quiet", "passed", "spoke")},
    "call_told/calendar": [{}],
    "staff/call/list": [
        {"on": NEAR.date(), "calls": [], "tell": [], "asked": 0, "most": None, "own": False, "plans": False},
        {
            "on": FAR.date(),
            "calls": [
                {"id": 1, "name": f"{LONG} {n}", "from": FAR, "part": part, "stands": stands, "state": state}
                for n, (part, stands, state) in enumerate(
                    (
                        ("caller", "asked", "open"),
                        ("backup", "accepted", "open"),
                        ("caller", "accepted", "no_answer"),
                        ("caller", "accepted", "open"),
                        ("caller", "accepted", "spoke"),
                        ("backup", "accepted", "not_reached"),
                        ("caller", "none", "stopped"),
                    )
                )
            ],
            "tell": [{"id": 2, "name": name("Oluwaseunfunmi S")}],
            "asked": 2,
            "most": 8,
            "own": False,
            "plans": True,
        },
        {
            "on": NEAR.date(),
            "calls": [
                {"id": 1, "name": name("Jo S"), "from": NEAR, "part": "caller", "stands": "accepted", "state": "open"}
            ],
            "tell": [],
            "asked": 0,
            "most": 1,
            "own": True,
            "plans": False,
        },
    ],
    "staff/call/card": [
        _CALL_CARD,
        *({**_CALL_CARD, "state": state, "stands": "none"} for state in ("stopped", "spoke", "not_reached")),
        *(
            {**_CALL_CARD, "part": part, "stands": stands, "caller": caller, "backup": backup}
            for part in ("caller", "backup")
            for stands in ("asked", "accepted")
            for caller, backup in ((None, None), (LONG, LONG))
        ),
        *(
            {
                **_CALL_CARD,
                "who": name("Oluwaseunfunmi S"),
                "on": FAR.date(),
                "part": part,
                "stands": stands,
                "state": state,
                "caller": LONG,
                "backup": LONG,
                "number": "+44 7700 900123",
                "note": "after lunch " * 20,
                "tried": tried,
                "again": NEAR if state == "no_answer" else None,
                "on_the_day": True,
            }
            for part, stands, state, tried in (
                ("caller", "accepted", "no_answer", 1),
                ("backup", "accepted", "backup", 2),
                ("manager", "none", "manager", 12),
            )
        ),
        {**_CALL_CARD, "part": "manager", "stands": "none", "has_number": False, "on_the_day": True},
    ],
    "staff/call/again": [
        {"times": []},
        {"times": [{"at": FAR + timedelta(minutes=30 * n), "arg": 1_798_648_200 + n} for n in range(12)]},
    ],
    "staff/call/worried": [
        {"contact": None, "number": None},
        {"contact": LONGEST.safeguarding, "number": "01632 960007"},
        {"contact": Contact(name="Al", email="al@example.org"), "number": None},
    ],
    "staff/call/capacity": [
        {"on": day, "numbers": list(range(9)), "most": most, "first": NEAR, "last": FAR}
        for day, most in ((NEAR.date(), None), (NEAR.date(), 0), (FAR.date(), 8))
    ],
    "staff/call/hours": [
        {"first": None, "hours": [{"at": NEAR, "arg": 10}]},
        {"first": FAR, "hours": [{"at": FAR - timedelta(hours=n), "arg": 21 - n} for n in range(9)]},
    ],
    "staff/call/tell": [
        {"who": name("Jo S"), "on": NEAR.date(), "caller": JO, "backup": SADIA, "first": NEAR, "last": NEAR},
        {"who": f"{LONG} S", "on": FAR.date(), "caller": LONG, "backup": LONG, "first": FAR, "last": FAR},
    ],
    "staff/call_rota/asked": [{"people": 0}, {"people": 1}, {"people": 40}],
    "staff/call_rota/list": [
        {**_CALL_ROTA, "state": "asking", "wanted": 0, "calls": [], "confirm": False},
        {**_CALL_ROTA, "state": "confirmed", "confirm": False},
        {
            **_CALL_ROTA,
            "on": FAR.date(),
            "wanted": 90,
            "gaps": [{"gap": gap, "count": n} for n, gap in ((1, "nobody"), (12, "hours"), (2, "full"))],
            "unanswered": 12,
            "lot": True,
            "calls": [
                {"id": n, "name": f"{JO} {n}", "caller": caller, "backup": backup, "sure": sure}
                for n, (caller, backup, sure) in enumerate(
                    ((None, False, False), (LONG, False, False), (LONG, True, False), (LONG, True, True))
                )
            ],
            "pages": 3,
        },
        {
            **_CALL_ROTA,
            "gaps": [{"gap": gap, "count": 1} for gap in ("cannot", "soon")],
            "unanswered": 1,
            "page": 2,
            "pages": 2,
        },
    ],
    "staff/call_rota/swap": [
        {
            "who": name("Jo S"),
            "first": NEAR,
            "last": NEAR,
            "own_worker": False,
            "caller": None,
            "caller_state": "none",
            "backup": None,
            "backup_state": "none",
            "part": "caller",
            "promised": False,
            "sure": False,
            "people": [],
        },
        *(
            {
                "who": name("Oluwaseunfunmi S"),
                "first": FAR,
                "last": FAR,
                "own_worker": True,
                "caller": LONG,
                "caller_state": state,
                "backup": LONG,
                "backup_state": state,
                "part": "backup",
                "promised": state == "asked",
                "sure": state == "accepted",
                "people": [{"id": n, "name": _COLLEAGUE, "has": n} for n in range(8)],
            }
            for state in ("proposed", "asked", "accepted")
        ),
    ],
    "staff/call_rota/report": [
        {"on": day, "figures": dict.fromkeys(_CALL_FIGURES, count)}
        for day, count in ((NEAR.date(), 0), (FAR.date(), 900))
    ],
    **{
        f"call_told/{what}": [
            {**_CALL_TOLD},
            {**_CALL_TOLD, "on": FAR.date(), "tomorrow": False, "can_move": False, "promised": True, **_LONG_CALLERS},
        ]
        for what in ("plan", "missed", "backup", "manager", "asking", "unsure")
    },
    "call_told/none": [{"on": NEAR.date()}, {"on": FAR.date()}],
    "call_told/over": [{}],
    "call_told/time": [
        {"on": NEAR.date(), "hours": []},
        {
            "on": FAR.date(),
            "hours": [{"first": FAR - timedelta(hours=n), "last": FAR, "arg": 20 - n} for n in range(6)],
        },
    ],
    "files/my_data_caption": [{}],
    "files/calendar_caption": [{}],
    "checkin/open": [
        {"first": JO, "worker": SADIA, "day": NEAR, "week": NEAR, "known": False},
        {"first": LONG, "worker": LONG, "day": FAR, "week": FAR, "known": True},
    ],
    "checkin/ready": [{"place": 1, "total": 3}],
    "checkin/question": [
        {"place": 1, "total": 3, "text": "How is today?", "rows": _one_a_row(_FACES), "way_out": "skip"},
        {"place": 2, "total": 3, "text": _HOME_OK, "rows": _one_a_row(_AGREE, True), "way_out": "rather_not_say"},
    ],
    "checkin/done": [
        _PASSED_ON,
        _PASSED_ON | {"said": _THREE_TAPS, "owner": CAREY, "due": NEAR, "backup": None},
        _PASSED_ON | {"said": _THREE_TAPS, "worker": LONG, "owner": LONG, "day": FAR, "due": FAR, "backup": LONG},
        _PASSED_ON | {"said": _THREE_TAPS, "worker": None, "day": None, "again": True},
    ],
    "checkin/reply": [
        {"worker": JO, "words": "Thanks for this."},
        {"worker": LONG, "words": "It helped me to know. I am in on Friday if you want to say more. " * 3},
    ],
    "checkin/skipped": [{"next": None}, {"next": FAR.date()}],
    "checkin/passed": [{"next": None}, {"next": FAR.date()}],
    "checkin/stopped": [{}],
    "checkin/offered": [{}],
    "checkin/rhythm": [{"chosen": None}, *({"chosen": one} for one in ("weekly", "fortnightly", "monthly"))],
    "checkin/weekday": [
        {"days": [{"arg": at, "day": NEAR.date() + timedelta(days=at), "chosen": at == 1} for at in range(7)]}
    ],
    "checkin/time": [{"times": [{"arg": at, "at": NEAR.replace(hour=at), "chosen": at == 12} for at in range(9, 21)]}],
    "checkin/mine": [
        {"days": [], "older": None, "newer": None},
        {"days": [{"arg": at, "day": FAR.date() - timedelta(days=at)} for at in range(6)], "older": 12, "newer": 0},
        {"days": [{"arg": "20261230", "day": FAR.date()}], "older": None, "newer": 0},
        {"days": [{"arg": "20261230", "day": FAR.date()}], "older": 6, "newer": None},
    ],
    "checkin/day": [
        {"day": DAY, "said": _THREE_TAPS[:1], "passed_on": False},
        {"day": FAR.date(), "said": _THREE_TAPS, "passed_on": True},
    ],
    "checkin/delete_all": [{}],
    "settings/check_ins": [
        _CHECK_INS,
        _CHECK_INS | {"worker": LONG, "waiting": True, "tapped": True},
        _CHECK_INS | {"worker": None, "state": "off"},
        *(
            _CHECK_INS
            | {"state": state, "rhythm": "fortnightly", "at": FAR, "next": FAR.date(), "waiting": True, "tapped": True}
            | {"worker": LONG if state == "on" else None}
            for state in ("on", "paused", "off")
        ),
        _CHECK_INS | {"state": "on", "rhythm": "monthly", "at": NEAR, "next": NEAR.date(), "worker": None},
    ],
    **{f"commands/{what}": [{}] for what in ("start", "menu", "help", "stop")},
    **{f"about/{what}": [{}] for what in ("name", "short", "description")},
    **{f"toast/{what}": [{}] for what in ("saved", "asked", "undone")},
}

ENVELOPES: Final = frozenset(
    {name for name in CONTEXTS if name.startswith(("envelope/", "commands/", "about/"))}
    | {
        "staff/new_task",
        "staff/task_due",
        "staff/task_changed",
        "staff/task_moved",
        "staff/task_cancelled",
        "staff/overdue",
        "staff/to_see",
        "staff/update",
        "staff/birthdays",
        "staff/special_days",
    }
    | {"reading/waits", "reading/due", "reading/overdue"}
    | {"opener/1", "opener/2", "opener/3", "opener/4"}
    | {"opportunity/calendar"}
    | {"staff/call/now", "call_told/calendar"}
)
"""Neutral to their end: what we start, and what stands beside a chat that is not open."""

NOT_SENT: Final = frozenset(name for name in CONTEXTS if name.startswith("toast/") or name == "errors/old_screen")
"""Shown over the open chat, never on a lock screen."""

EDITED_IN: Final = frozenset(
    {"call/who", "call/when", "call/number", "call/note", "call/said"}
    | {"privacy", "data", "forget/ask", "contact/offer", "contact/other", "contact/note", "story/slide"}
    | {"survey/question", "survey/write", "survey/info", "survey/quote"}
    | {"plan/dropped"}
    | {"checkin/question"}
)
"""Cards that only ever replace a card: the chat list shows line 1. All others may be sent anew: 60 characters."""

PAGES: Final = frozenset({"privacy_more", "data", "privacy", "reading/card", "reading/confirm", "reading/themes"}) | {
    "broadcast/card",
    "opportunity/card",
    "opportunity/drop_in",
    "opportunity/more",
    "opportunity/mine",
    "opportunity/show",
    "staff/send/preview",
    "staff/thing/people",
    "staff/send/write",
    "staff/handover_who",
    "results/all",
    "results/survey",
    "results/question",
    "results/summary",
    "voice/answer",
    "voice/answers",
    "day/choose",
    "staff/comments/card",
    "staff/comments/groups",
    "staff/comments/group",
    "staff/comments/signed",
    "staff/comments/thanks",
    "staff/comments/preview",
    "staff/comments/having_us",
    "staff/priorities/list",
    "staff/priorities/look",
    "staff/talks/mine",
    "staff/talks/choice",
    "staff/talks/heard",
    "staff/week",
    "staff/campaign",
    "staff/campaign_step",
    "round/moved",
    "staff/round/moved",
    "staff/round/missing",
    "staff/round/update",
    "staff/round/figures",
    "plan/promise",
    "plan/more",
    "plan/keep",
    "staff/plan/weak",
    "staff/plan/theme",
    "staff/plan/promise",
    "staff/plan/source",
    "staff/findings/surveys",
    "staff/findings/story",
    "staff/findings/pick",
    "staff/check_in/preview",
    "staff/findings/words",
    "staff/calls/days",
    "call/asked",
    "call/said",
    "who/home",
    "who/complain",
    "who/side",
}
"""Pages people ask for: 1,500 characters."""

STAFF: Final = frozenset(
    name for name in CONTEXTS if name.startswith(("staff/", "reading/", "results/", "people/"))
) - {"reading/numbers"}

JOURNEY: Final = (
    "join/check",
    "join/welcome",
    "privacy",
    "start_offer",
    "survey/start",
    "survey/write",
    "survey/quote",
    "survey/ready",
    "survey/sent",
    "survey/kept",
    "menu",
    "help",
    "contact/offer",
    "contact/done",
)
