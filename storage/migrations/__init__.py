"""Numbered steps from an empty database to `storage.tables`."""
