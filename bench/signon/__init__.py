"""What the works of sign-on need before they can be timed: users, sessions, codes, tokens."""
