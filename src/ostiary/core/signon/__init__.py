"""Signing on: what grants, steps and federation share about who somebody is."""
