"""Grant types: one file per grant, each reads and decides."""
