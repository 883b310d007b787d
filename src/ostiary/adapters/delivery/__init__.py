"""Telling people something: mail, text messages, and for development a line of the log."""
