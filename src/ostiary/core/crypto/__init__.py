"""Cryptography behind our own names: keys, JWS, certificates, sealing."""
