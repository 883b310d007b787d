"""How serving processes end, as their parents read it."""

OK = 0
FAILED = 1
STORE_UNAVAILABLE = 75
"""The store cannot be reached now; another attempt may succeed (EX_TEMPFAIL)."""
REFUSED = 78
"""It cannot be done and will not be later: what is configured must change (EX_CONFIG)."""
