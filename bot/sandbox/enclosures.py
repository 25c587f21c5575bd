"""What a person can send besides words, as the bot is told of it."""

from bot.sandbox.model import Json, User


def enclosed(what: str, sender: User) -> Json:
    """The field a message carries for this kind of thing. Raises: KeyError for a kind nobody can send."""
    file = {"file_id": f"sent-{what}", "file_unique_id": f"unique-{what}", "file_size": 1200}
    size = {"width": 512, "height": 512}
    kinds: Json = {
        "photo": [{**file, **size}],
        "voice": {**file, "duration": 3, "mime_type": "audio/ogg"},
        "sticker": {**file, **size, "type": "regular", "is_animated": False, "is_video": False},
        "document": {**file, "file_name": "notes.pdf", "mime_type": "application/pdf"},
        "video": {**file, **size, "duration": 3},
        "location": {"latitude": 51.5, "longitude": -0.1},
        "contact": {"phone_number": "+447700900123", "first_name": sender.first_name, "user_id": sender.id},
    }
    return {what: kinds[what]}
