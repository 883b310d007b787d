"""Tokens: choosing a manager, minting, reading back."""
