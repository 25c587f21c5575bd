"""The chat: what a person sends becomes an event, a place answers it, and the screen is said after the commit."""
