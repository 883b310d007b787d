"""What the server knows: environments, clients, token managers, tokens, events."""
