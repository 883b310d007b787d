"""The words that a configuration may use because something is built in for them."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """Names that come from the catalogs, so that the schema itself knows none of them.

    Args:
        grant_types: values of `grant_type`.
        auth_methods: client-authentication methods.
        step_types: kinds of authentication steps that a policy may ask.
        store_schemes: what may stand before the colon of a store's URL.
        said_attributes: names under which the server says something beside a person's attributes.
        carried_parameters: what it adds to an application's URL, in lower case.
        has_ldap: directories can be reached by LDAP.
    """

    grant_types: frozenset[str]
    auth_methods: frozenset[str]
    step_types: frozenset[str]
    store_schemes: frozenset[str]
    said_attributes: frozenset[str]
    carried_parameters: frozenset[str]
    has_ldap: bool = True
