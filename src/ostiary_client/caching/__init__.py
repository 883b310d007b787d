"""Tokens that are kept: which, how long, and fetched by whom."""
