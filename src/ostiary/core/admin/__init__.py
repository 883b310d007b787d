"""Use-cases of administration: what is configured is planned, applied, compiled and exported."""
