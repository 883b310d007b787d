"""A directory behind LDAP: python-ldap in threads of its own, TLS by Python."""
