"""Flows: a policy walked step by step, and the sessions that come of it."""
