"""The `ostiary` command: a table of subcommands, imported by nobody."""
