"""The two ways to load a server: as much as it takes, and at a fixed rate."""
