"""What a person sees: pages as values, and how they become HTML."""
