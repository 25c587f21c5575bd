"""Reports: published figures as text, as a page, as a file for a table program, as JSON, and as pictures."""
