"""`python -m ostiary_cli`: the command, where no script is installed."""

from ostiary_cli.app import main

main()
