"""What every template is rendered with in these tests: the shortest and the longest that can really come.

First names are marked by where they stand, not by which they are, so that Sadia and Carey pass the lock screen.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any, Final

from engagement.authority import BotWords, Contact, PhoneLine, Reader, Settings
from engagement.campaign_reach import LEFT_OUT

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
}
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

CONTEXTS: Final[dict[str, list[dict[str, Any]]]] = {
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
        {"surveys": [], "worker": None, "tasks": [], "stopped": False, "thanks": False, "doors": []},
        {"surveys": [_SURVEY], "worker": JO, "tasks": [], "stopped": True, "thanks": True, "doors": ["story", "say"]},
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
        {"topics": [{"id": one, "on": on} for one in ("surveys", "sharing", "news")]} for on in (True, False)
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
        {"calls": []},
        {"calls": [{"id": n, "owner": owner, "day": FAR, "time": FAR} for n, owner in enumerate((LONG, SADIA))]},
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
    **{f"envelope/{what}": [{}] for what in ("on_its_way", "any_time", "once_more", "as_asked")},
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
        {**_TASK, "quiet": True},
    ],
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
    **{f"staff/{what}": [{}] for what in ("task_done", "overdue", "log_out", "logged_out", "pin_out")},
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
    "staff/send/whom": [
        {"audiences": ["everyone"], "filled": True, "draft": False, "under_way": None},
        {"audiences": ["own", "everyone"], "filled": False, "draft": True, "under_way": 99},
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
    "handover": [
        {"worker": JO, "before": None, "asked": None, "ask": True},
        {"worker": LONG, "before": SADIA, "asked": None, "ask": True},
        {"worker": SADIA, "before": CAREY, "asked": None, "ask": False},
        {"worker": LONG, "before": CAREY, "asked": {"owner": LONG, "day": FAR, "time": FAR}, "ask": True},
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
    "files/my_data_caption": [{}],
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
        "staff/update",
    }
    | {"reading/waits", "reading/due", "reading/overdue"}
    | {"opener/1", "opener/2", "opener/3", "opener/4"}
)
"""Neutral to their end: what we start, and what stands beside a chat that is not open."""

NOT_SENT: Final = frozenset(name for name in CONTEXTS if name.startswith("toast/") or name == "errors/old_screen")
"""Shown over the open chat, never on a lock screen."""

EDITED_IN: Final = frozenset(
    {"privacy", "data", "forget/ask", "contact/offer", "contact/other", "contact/note"}
    | {"survey/question", "survey/write", "survey/info", "survey/quote"}
)
"""Cards that only ever replace a card: the chat list shows line 1. All others may be sent anew: 60 characters."""

PAGES: Final = frozenset({"privacy_more", "data", "privacy", "reading/card", "reading/confirm", "reading/themes"}) | {
    "broadcast/card",
    "staff/send/preview",
    "staff/send/write",
    "staff/handover_who",
    "results/all",
    "results/survey",
    "results/question",
    "results/summary",
    "staff/week",
    "staff/campaign",
    "staff/campaign_step",
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
