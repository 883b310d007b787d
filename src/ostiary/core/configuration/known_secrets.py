"""Secrets that everybody knows, because examples and guides print them."""

KNOWN_SECRETS = frozenset(
    {
        "sdk-client-secret",
        "rs-client-secret",
        "ac_oic_client-secret",
        "orders-client-secret",
        "web-client-secret",
        "6ELZDjXilGEYg8w9Np8oOiVS85RGx6L0D2zx2qb4njssW5ig3FKretR7QDJl1iBE",
        "worker-secret",
        "CLIENT_SECRET",
        "your_sdk_client_secret",
        "sample_password",
        "q6^&2dR!Vc7PtA",
        "changeit",
        "changeme",
        "password",
        "secret",
    }
)
