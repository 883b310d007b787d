"""The explorer: a page for developers, which lists what flows ask and drives one step by step."""
