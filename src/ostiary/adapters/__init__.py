"""What plugs into the ports of the core."""
