"""How the server speaks TLS."""

import ssl

CIPHERS = "ECDHE+AESGCM:ECDHE+CHACHA20"
"""Of TLS 1.2: forward secrecy and authenticated encryption only. TLS 1.3 has nothing else."""


def server_context(certificate: str, private_key: str) -> ssl.SSLContext:
    """Make the context of the TLS listener from PEM files; it asks clients for no certificate.

    Spec: RFC 9325 §3 and §4 (TLS 1.2 or newer, no compression, no renegotiation, AEAD suites).
    Raises: OSError that names the files, when the certificate or its key cannot be used.
    """
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.options |= (
        ssl.OP_NO_RENEGOTIATION | ssl.OP_NO_COMPRESSION | ssl.OP_CIPHER_SERVER_PREFERENCE
    )
    context.set_ciphers(CIPHERS)
    context.set_alpn_protocols(["http/1.1"])
    try:
        context.load_cert_chain(certificate, private_key)
    except OSError as error:
        reason = error.reason if isinstance(error, ssl.SSLError) else error.strerror
        raise OSError(
            f"the certificate {certificate} with the key {private_key} cannot be used: "
            f"{reason or 'it is not in PEM form'}"
        ) from error
    return context
