"""What the protocol needs for one connection: its deadlines, its cycles, its heads, its TLS."""
