"""Stores: where one-time things, tokens and the configuration are kept, one backend each."""
