"""The chat of the people who work here, by what they come to do. Nothing in this package can reach a survey answer."""
