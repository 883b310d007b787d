"""The benchmark: Ostiary beside its peers, the same work on the same core, in one run."""
