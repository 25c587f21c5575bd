"""What Telegram says no with. The words are the protocol's own, to the letter."""

NOT_MODIFIED = (
    "message is not modified: specified new message content and reply markup are exactly the same "
    "as a current content and reply markup of the message"
)
QUERY_TOO_OLD = "query is too old and response timeout expired or query ID is invalid"
OTHER_POLLER = "Conflict: terminated by other getUpdates request; make sure that only one bot instance is running"
WEBHOOK_ACTIVE = (
    "Conflict: can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook first"
)
WEBHOOK_SET = "Conflict: terminated by setWebhook request"


class Refused(Exception):
    """One refusal: the HTTP status, the description and, for 429, the seconds to wait."""

    def __init__(self, code: int, description: str, *, retry_after: int | None = None) -> None:
        super().__init__(code, description)
        self.code = code
        self.description = description
        self.retry_after = retry_after


def bad_request(words: str) -> Refused:
    """A 400 with Telegram's prefix."""
    return Refused(400, f"Bad Request: {words}")


def forbidden(words: str) -> Refused:
    """A 403 with Telegram's prefix."""
    return Refused(403, f"Forbidden: {words}")


def too_many(seconds: int) -> Refused:
    """A 429 that says how long to wait."""
    return Refused(429, f"Too Many Requests: retry after {seconds}", retry_after=seconds)


def server_error() -> Refused:
    """A 500 as Telegram words it."""
    return Refused(500, "Internal Server Error")


def unauthorized() -> Refused:
    """A token nobody knows."""
    return Refused(401, "Unauthorized")


def no_such_method() -> Refused:
    """A method this server does not serve."""
    return Refused(404, "Not Found: method not found")
