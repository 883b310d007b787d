"""A client that was closed says so, before anything is sent."""

import pytest

from ostiary_client import AsyncClient, Client, ConfigurationError

URL = "https://localhost:1"


def test_a_closed_client_says_that_it_is_closed() -> None:
    client = Client(URL)
    client.close()

    with pytest.raises(ConfigurationError, match="The client is closed"):
        client.metadata()


async def test_a_closed_async_client_says_that_it_is_closed() -> None:
    client = AsyncClient(URL)
    await client.aclose()

    with pytest.raises(ConfigurationError, match="The client is closed"):
        await client.metadata()
