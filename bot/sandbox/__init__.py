"""A loopback Telegram: a strict Bot API over real HTTP, and phones for people to play with it."""
