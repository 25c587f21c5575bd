"""Questionnaires, the path through them, and what may be shown of the answers: pure functions."""
