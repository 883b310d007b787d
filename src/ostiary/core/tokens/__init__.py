"""Tokens: choosing a manager, minting, inspecting, revoking."""
