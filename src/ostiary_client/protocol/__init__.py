"""Conversations with a server as generators: what to send and what to make of it; no sockets."""
