"""Screens: what a template becomes before it is said. Text, rows of buttons, and whether it may be passed on.

Everything a person reads is a template in ``templates/<language>/<name>.j2``. A template prints Telegram-HTML and adds
its keyboard with ``row(button(...), ...)``. What Telegram would refuse is refused here, so that it fails in a test and
not on a phone.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime
from html import unescape
from pathlib import Path
from types import CodeType
from typing import Final, NamedTuple

from jinja2 import BytecodeCache, StrictUndefined, Template, TemplateError
from jinja2.bccache import Bucket
from jinja2.loaders import FileSystemLoader
from jinja2.sandbox import ImmutableSandboxedEnvironment

from bot.languages import FILTERS, Language, languages_in
from engagement.london import local

MAX_TEXT: Final = 4096
MAX_LABEL: Final = 64
MAX_IN_ROW: Final = 8
MAX_BUTTONS: Final = 100
MAX_COPY: Final = 256
MAX_DATA: Final = 64 - len("12345678::")
STYLES: Final = frozenset({None, "primary", "success", "danger"})

FALLBACK: Final = "en"
TEMPLATES: Final = Path(__file__).parent / "templates"

# Protection is fixed when a message is sent, and our cards are edited from one screen into another. So every screen
# that can stand on the one card is protected alike; what is free to be copied and passed on is always a new message.
# An envelope has the protection of what it will hold. The longest prefix decides.
PROTECTED: Final[Mapping[str, bool]] = {
    "": True,
    "help": False,
    "unknown": False,
    "errors/": False,
    "say/": False,
    "say/too_long": True,
    "files/": False,
    "story/picture": False,
    "story/square": False,
    "story/no_picture": False,
    "results/picture": False,
    "results/no_picture": False,
    "staff/week_picture": False,
    "staff/no_week_picture": False,
    "broadcast/picture": False,
    "broadcast/no_picture": False,
    "plan/keep": False,
    "opportunity/show": False,
    "voucher/code": False,
    "round/keep": False,
    "toast/": False,
    "commands/": False,
    "about/": False,
    "envelope/something": True,
    "envelope/survey": True,
    "envelope/finished": True,
    "envelope/reminder": True,
    "envelope/update": True,
    "envelope/promise": True,
    "envelope/own": True,
    "envelope/on_its_way": True,
    "envelope/any_time": True,
    "envelope/once_more": True,
    "envelope/as_asked": True,
    "envelope/three_taps": True,
}


class ScreenError(Exception):
    """A screen that Telegram would refuse, or that asks for words it was not given. Carries name, language and what."""

    def __init__(self, name: str, language: str, what: str) -> None:
        super().__init__(f"{name} ({language}): {what}")
        self.name, self.language, self.what = name, language, what


class _Refused(ValueError):
    """A button or row that does not fit; becomes a ScreenError once the screen's name is known."""


class Button(NamedTuple):
    """One button: an action with an argument for us, or words to copy."""

    label: str
    action: str = ""
    arg: str | None = None
    style: str | None = None
    copy: str | None = None


class Screen(NamedTuple):
    """Ready to be said: text in Telegram's HTML, rows of buttons, and whether forwarding is to be held back."""

    text: str
    rows: tuple[tuple[Button, ...], ...]
    protect: bool
    name: str

    def keyboard(self, version: str) -> list[list[dict[str, object]]]:
        """The inline keyboard as Telegram's JSON. Callback data is always ``version:action:argument``."""
        return [[_wire(button, version) for button in row] for row in self.rows]


def _wire(button: Button, version: str) -> dict[str, object]:
    label, action, arg, style, copied = button
    wire: dict[str, object] = {"text": label}
    if copied is not None:
        wire["copy_text"] = {"text": copied}
    else:
        wire["callback_data"] = f"{version}:{action}:{'' if arg is None else arg}"
    if style is not None:
        wire["style"] = style
    return wire


def button(label: object, action: str, arg: object = None, style: str | None = None) -> Button:
    """A button that brings `action` and `arg` back to us."""
    words = str(label)
    given = None if arg is None else str(arg)
    _check_label(words, style)
    if not action or ":" in action:
        raise _Refused(f"action {action!r}")
    sent = action if given is None else action + given
    if len(sent) > MAX_DATA or (not sent.isascii() and len(sent.encode()) > MAX_DATA):
        raise _Refused(f"button {words!r} carries more than 64 bytes")
    return Button(words, action, given, style)


def copy(label: object, text: object, style: str | None = None) -> Button:
    """A button that copies `text` on the phone, and tells us nothing."""
    words, copied = str(label), str(text)
    _check_label(words, style)
    if not 0 < len(copied) <= MAX_COPY:
        raise _Refused(f"button {words!r} copies {len(copied)} characters")
    return Button(words, style=style, copy=copied)


def _check_label(label: str, style: str | None) -> None:
    if not label or label.isspace() or len(label) > MAX_LABEL:
        raise _Refused(f"label {label!r}")
    if style not in STYLES:
        raise _Refused(f"style {style!r}")


class _Rows:
    """The rows of one screen while its template runs; a new one for every rendering, so nothing is shared."""

    __slots__ = ("kept",)

    def __init__(self) -> None:
        self.kept: list[tuple[Button, ...]] = []

    def row(self, *buttons: Button) -> str:
        """Adds one row, and prints nothing. An empty row is no row."""
        if len(buttons) > MAX_IN_ROW:
            raise _Refused(f"{len(buttons)} buttons in one row")
        if buttons:
            self.kept.append(buttons)
        return ""

    def choices(self, rows: Iterable[Iterable[object]], action: str, ranked: bool = False) -> int:
        """Adds a question's options as they lie, what is chosen marked; says how many are. One call, for speed."""
        picked = 0
        for options in rows:
            made = []
            for option in options:
                label, arg, chosen = _option(option)
                if chosen:
                    picked += 1
                    label = f"{chosen}. {label}" if ranked else f"✓ {label}"
                made.append(button(label, action, arg))
            self.row(*made)
        return picked


def _option(option: object) -> tuple[str, object, object]:
    """Label, argument and whether it is chosen, from a mapping or from anything with those names."""
    if isinstance(option, Mapping):
        return option["label"], option["arg"], option["chosen"]
    return option.label, option.arg, option.chosen  # type: ignore[attr-defined]


_TAG = re.compile(r"<[^>]*>")
_GAPS = re.compile(r"[ \t]*\n(?:[ \t]*\n)+")


def utf16_units(text: str) -> int:
    """How long Telegram finds `text`, once its tags are gone: UTF-16 units."""
    return len(unescape(_TAG.sub("", text)).encode("utf-16-le")) // 2


class _Compiled(BytecodeCache):
    """What each template became, for all the Screens of this process: the same words are compiled once."""

    def __init__(self) -> None:
        self._kept: dict[tuple[str, str], CodeType | None] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        bucket.code = self._kept.get((bucket.key, bucket.checksum))

    def dump_bytecode(self, bucket: Bucket) -> None:
        self._kept[bucket.key, bucket.checksum] = bucket.code


_COMPILED = _Compiled()


class Screens:
    """All templates of all languages, compiled once. Later folders add to earlier ones, and win where both have a file.

    `settings` is the authority's words, `s` in a template. `clock` gives the moment from which "Tuesday" is counted
    when a screen is not given `today` (a date) or `now` (a moment).
    """

    def __init__(self, folders: Iterable[Path], settings: object, clock: Callable[[], datetime] | None = None) -> None:
        self._folders = [Path(folder) for folder in folders]
        self.languages: dict[str, Language] = languages_in(self._folders)
        self._clock = clock
        self._env = ImmutableSandboxedEnvironment(
            loader=FileSystemLoader([str(folder) for folder in reversed(self._folders)]),
            undefined=StrictUndefined,
            autoescape=True,
            trim_blocks=True,
            lstrip_blocks=True,
            extensions=["jinja2.ext.do"],
            auto_reload=False,
            cache_size=-1,
            bytecode_cache=_COMPILED,
        )
        self._env.globals.update(s=settings, button=button, copy=copy)
        self._env.filters.update(FILTERS)
        self._compiled: dict[tuple[str, str], tuple[Template, Language, bool]] = {}

    def names(self, language: str = FALLBACK) -> list[str]:
        """Every template's name that `language` itself has, in order."""
        start = f"{language}/"
        return sorted(
            {path[len(start) : -3] for path in self._env.list_templates(extensions=["j2"]) if path.startswith(start)}
        )

    def render(self, name: str, language: str, /, **context: object) -> Screen:
        """The screen called `name` in `language`, or in English where that language does not have it.

        Raises: ScreenError when a word is missing, or Telegram would refuse the result.
        """
        found = self._compiled.get((language, name)) or self._compile(name, language)
        template, spoken, protect = found
        rows = _Rows()
        context["row"], context["choices"], context["spoken"] = rows.row, rows.choices, spoken
        if "today" not in context:
            context["today"] = self._today(context.get("now"))
        try:
            text = "".join(template.root_render_func(template.new_context(context))).strip()
        except (TemplateError, _Refused, TypeError, AttributeError, KeyError, ValueError) as error:
            raise ScreenError(name, language, f"{type(error).__name__}: {error}") from error
        if "\n\n\n" in text or " \n" in text:
            text = _GAPS.sub("\n\n", text)
        kept = rows.kept
        if not text:
            raise ScreenError(name, language, "no words")
        if len(text) > MAX_TEXT // 2 and utf16_units(text) > MAX_TEXT:
            raise ScreenError(name, language, f"{utf16_units(text)} UTF-16 units")
        if len(kept) > MAX_BUTTONS // MAX_IN_ROW and sum(map(len, kept)) > MAX_BUTTONS:
            raise ScreenError(name, language, f"{sum(map(len, kept))} buttons")
        return Screen(text, tuple(kept), protect, name)

    def compile_all(self) -> None:
        """Compiles every template now, so that no person waits for it and a broken one stops the start."""
        for language in self.languages:
            for name in self.names(language):
                self._compile(name, language)

    def _compile(self, name: str, language: str) -> tuple[Template, Language, bool]:
        spoken = self.languages.get(language) or self.languages[FALLBACK]
        own, fallen_back = f"{spoken.code}/{name}.j2", f"{FALLBACK}/{name}.j2"
        try:
            template = self._env.select_template([own, fallen_back])
        except TemplateError as error:
            raise ScreenError(name, language, f"{type(error).__name__}: {error}") from error
        if template.name == fallen_back:
            # Days and lists inside an English text are English too.
            spoken = self.languages[FALLBACK]
        found = (template, spoken, _protects(name))
        self._compiled[(language, name)] = found
        return found

    def _today(self, now: object) -> date | None:
        moment = now if isinstance(now, datetime) else self._clock() if self._clock else None
        return None if moment is None else local(moment).date()


def _protects(name: str) -> bool:
    """Whether apps are asked not to forward or save this screen."""
    return PROTECTED[max((start for start in PROTECTED if name.startswith(start)), key=len)]
