"""Use-cases of administration: configuration checked, planned, applied, exported."""
