"""TLS that asks clients for a certificate, and trusts those whom the configuration names by now."""

import ssl

from ostiary.core.base.errors import UnavailableError
from ostiary.main.worker.snapshots import SnapshotHolder
from ostiary.main.worker.tls_context import server_context


class MutualTLS:
    """Makes the context anew whenever the snapshot names other authorities.

    Each new connection is asked about, so an authority that was added is trusted at once, and one
    that was removed no more: a new context knows no sessions of the old one either.
    """

    def __init__(self, certificate: str, private_key: str, holder: SnapshotHolder) -> None:
        self._files = certificate, private_key
        self._holder = holder
        self._trusted: frozenset[bytes] = frozenset()
        self._context = self._make(self._trusted)

    def choose(self) -> ssl.SSLContext:
        """Return the context for a connection that begins now.

        Raises: OSError when the server's own files are gone: nobody is trusted by an old context.
        """
        try:
            trusted = self._holder.current.client_authorities
        except UnavailableError:
            return self._context
        if trusted is not self._trusted and trusted != self._trusted:
            self._context, self._trusted = self._make(trusted), trusted
        return self._context

    def _make(self, trusted: frozenset[bytes]) -> ssl.SSLContext:
        context = server_context(*self._files)
        context.verify_mode = ssl.CERT_OPTIONAL
        # An authority may be an intermediate one, and a certificate that signed itself its own.
        context.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN
        for certificate in sorted(trusted):
            context.load_verify_locations(cadata=certificate)
        return context
