"""Ways in which a client proves who it is: one file per method."""
