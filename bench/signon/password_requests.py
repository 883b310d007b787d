"""Password grants of many users: one alone would wait for itself."""

from itertools import cycle, islice
from urllib.parse import urlencode

from bench.load.requests import ChainedRequests
from bench.servers.contract import MeasuredServer
from bench.signon.ostiary_user import password_of, usernames
from bench.work import Endpoint, Work, password_request


def make_grants(server: MeasuredServer, count: int) -> ChainedRequests:
    """Have so many passwords brought, those of all users in turn."""
    endpoint = server.endpoint(Work.PASSWORD)
    own = {"username", "password"}
    usual = {name: value for name, value in endpoint.parameters.items() if name not in own}
    first = password_request(Endpoint(endpoint.path, usual))
    users = [urlencode({"username": name, "password": password_of(name)}) for name in usernames()]
    links = list(islice(cycle(users), count))
    return ChainedRequests("chain.lua", first.path, f"{first.body}&", first.marker, links)
