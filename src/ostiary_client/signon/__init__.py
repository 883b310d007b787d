"""Signing people on: what is asked for, what comes back, and what keeps it fresh."""
