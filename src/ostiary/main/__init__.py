"""Composition: settings, wiring, serving, server commands."""
