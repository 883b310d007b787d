"""What the server commands of `ostiary` do: one file per command."""
