"""What the core needs from outside: one Protocol per need, implemented by adapters."""
