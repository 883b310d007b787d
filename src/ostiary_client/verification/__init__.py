"""The side of an API: whether a token that somebody presents is to be believed."""
