"""The shared store: a PostgreSQL database, from which any number of processes serve."""
