"""The SDK: talk to an Ostiary server; imports nothing of it."""
