"""What reaches a log: event names and our own numbers. Never a token, a name, a chat or an answer."""

import io
import json
import logging
from collections.abc import Iterator

import pytest
import structlog
from hypothesis import given
from hypothesis import strategies as st

from bot import logs

TOKEN = "7012345678:AAFf-Zs1KQ9hXyW_0pLmNoPqRsTuVwXyZ12"
SECRETS = (TOKEN, "7000000001", "07700 900123", "Joanna", "Smythe", "nobody listens", "marmalade")


@pytest.fixture
def written() -> Iterator[io.StringIO]:
    """What was logged. The process's own logging is put back afterwards."""
    root = logging.getLogger()
    before, level = root.handlers[:], root.level
    stream = io.StringIO()
    logs.configure("DEBUG", stream)
    yield stream
    logging.captureWarnings(False)
    root.handlers[:], root.level = before, level
    structlog.reset_defaults()


def lines(stream: io.StringIO) -> list[dict[str, object]]:
    return [json.loads(line) for line in stream.getvalue().splitlines()]


def test_an_event_with_our_own_numbers_is_written_as_one_line_of_json(written):
    structlog.get_logger("bot.intake").warning("batch_failed", error="OperationalError", updates=3)
    [line] = lines(written)
    assert line.pop("timestamp")
    assert line == {
        "event": "batch_failed",
        "level": "warning",
        "logger": "bot.intake",
        "error": "OperationalError",
        "updates": 3,
    }


def test_what_is_not_on_the_list_is_left_out_and_only_counted(written):
    structlog.get_logger("x").info("asked", person=17, chat=7000000001, name="Joanna", text="nobody listens", survey=2)
    [line] = lines(written)
    assert line["left_out"] == 4
    assert line["survey"] == 2
    assert not [secret for secret in SECRETS if secret in written.getvalue()]


def test_even_under_an_allowed_name_a_token_a_chat_and_a_phone_number_are_hidden(written):
    structlog.get_logger("x").info(
        f"bot{TOKEN}", error=f"https://api.telegram.org/bot{TOKEN}/getMe", row=7000000001, why="call +447700900123"
    )
    [line] = lines(written)
    assert line["row"] == logs.REDACTED
    assert not [secret for secret in (*SECRETS, "447700900123") if secret in written.getvalue()]


@pytest.mark.parametrize("library", ["telegram.ext", "httpx", "aiohttp.client", "something.else", "sqlalchemy.engine"])
def test_other_libraries_keep_their_words_and_lose_what_they_would_fill_in(written, library):
    url = f"https://api.telegram.org/bot{TOKEN}/sendMessage"
    logging.getLogger(library).warning("HTTP Request: %s %s said %r", "POST", url, {"text": "nobody listens"})
    logging.getLogger(library).error(f"could not reach {url}")
    assert [line["level"] for line in lines(written)] == ["warning", "error"]
    assert lines(written)[0]["event"] == "HTTP Request: %s %s said %r"
    assert not [secret for secret in SECRETS if secret in written.getvalue()]


@pytest.mark.parametrize(
    "library", ["telegram.Bot", "httpx", "httpcore.http11", "aiohttp.access", "apscheduler.executors"]
)
def test_talkative_libraries_are_silent_below_a_warning(written, library):
    logging.getLogger(library).info("POST %s", f"https://api.telegram.org/bot{TOKEN}/getMe")
    logging.getLogger(library).debug("%s", TOKEN)
    assert written.getvalue() == ""


def test_the_record_that_holds_a_whole_batch_of_updates_is_dropped_at_any_level(written):
    log = logging.getLogger("telegram.ext.Updater")
    log.critical("Error while parsing updates! Received data was %r", [{"text": "nobody listens"}])
    log.critical('Received data was {"text": "nobody listens"}')
    assert written.getvalue() == ""


def test_an_exception_is_its_kind_and_its_places_and_never_its_words(written):
    def fails() -> None:
        try:
            raise ValueError(f"Joanna Smythe at https://api.telegram.org/bot{TOKEN}/getMe")
        except ValueError as error:
            raise RuntimeError("nobody listens") from error

    for log in (structlog.get_logger("ours").exception, logging.getLogger("theirs").exception):
        try:
            fails()
        except RuntimeError:
            log("failed")
    logs.failed(KeyError("marmalade"))
    assert not [secret for secret in SECRETS if secret in written.getvalue()]
    ours, theirs, last = lines(written)
    assert ours["exception"] == theirs["exception"]
    assert ours["exception"][0].startswith("builtins.RuntimeError at test_logs.py:")
    assert ours["exception"][1].startswith("builtins.ValueError at test_logs.py:")
    assert last["exception"][0].startswith("builtins.KeyError at ")


def test_an_exception_that_causes_itself_does_not_hang_the_log(written):
    error = RuntimeError("round")
    error.__cause__ = error
    logs.failed(error)
    assert len(lines(written)) == 1


@given(
    st.from_regex(r"[0-9]{8,10}:[A-Za-z0-9_-]{35}", fullmatch=True),
    st.text(alphabet=" /?&='\"\n", max_size=3),
    st.sampled_from(["bot", "", "BOT"]),
)
def test_a_token_in_any_text_is_hidden(token, around, before):
    assert token not in logs.scrub(f"x{around}{before}{token}{around}y".replace("x" + before, around + before))


@pytest.mark.parametrize("kept", ["2026-11-23", "12 updates in 0.25 s", "version 0001", "127.0.0.1:8080", "a1b2c3"])
def test_ordinary_figures_stay_readable(kept):
    assert logs.scrub(kept) == kept
