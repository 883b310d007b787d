"""Addresses that the server does not connect to by itself, in every disguise."""

from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ostiary.core.base.addresses import is_public, unwrap
from ostiary.core.base.outbound import OutboundRefusedError, make_rules, parse_target

INTERNAL = (
    *("0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16"),
    *("172.16.0.0/12", "192.0.0.0/24", "192.168.0.0/16", "198.18.0.0/15", "224.0.0.0/4"),
    *("240.0.0.0/4", "::/128", "::1/128", "::/96", "fc00::/7", "fe80::/10", "fec0::/10"),
    *("ff00::/8", "2001::/32", "2001:db8::/32", "2002::/16", "100::/64", "64:ff9b:1::/48"),
    *("3fff::/20", "5f00::/16"),
)
LOOKS_GLOBAL = ("64:ff9b::7f00:1", "2002:7f00:1::", "192.0.0.192", "224.0.0.1")
"""`ipaddress` of Python 3.11 takes these for addresses of the public internet."""
METADATA = ("169.254.169.254", "fd00:ec2::254", "100.100.100.200", "168.63.129.16")
"""Where clouds keep the credentials of a machine."""
internal = (
    st.sampled_from(INTERNAL)
    .map(ip_network)
    .flatmap(lambda network: st.integers(int(network[0]), int(network[-1])).map(type(network[0])))
)
internal_ipv4 = internal.filter(lambda address: address.version == 4)
PUBLIC = ("1.1.1.1", "8.8.8.8", "93.184.215.14", "2606:4700::1111", "2a00:1450:4001:81c::200e")
RULES = make_rules((), None, is_dev=False)


@given(internal)
def test_SEC_212_no_internal_address_is_public(address: IPv4Address | IPv6Address) -> None:
    assert not is_public(address)


@pytest.mark.parametrize("text", [*LOOKS_GLOBAL, *METADATA])
def test_SEC_212_what_looks_global_and_is_not_is_refused(text: str) -> None:
    assert not is_public(ip_address(text))


@given(internal_ipv4, st.sampled_from(["::ffff:0:0", "64:ff9b::", "2002::"]))
def test_SEC_212_an_internal_address_stays_internal_however_it_is_wrapped(
    hidden: IPv4Address, prefix: str
) -> None:
    shift = 80 if prefix == "2002::" else 0
    wrapped = IPv6Address(int(IPv6Address(prefix)) | int(hidden) << shift)
    assert not is_public(wrapped)


@pytest.mark.parametrize("text", PUBLIC)
def test_public_addresses_are_public(text: str) -> None:
    assert is_public(ip_address(text))


@pytest.mark.parametrize("text", ["::ffff:8.8.8.8", "64:ff9b::808:808"])
def test_a_public_address_is_public_in_its_wrapping(text: str) -> None:
    assert unwrap(ip_address(text)) == ip_address("8.8.8.8")
    assert is_public(ip_address(text))


@given(internal)
def test_SEC_212_a_url_with_an_internal_address_is_refused_unless_it_is_listed(
    address: IPv4Address | IPv6Address,
) -> None:
    host = f"[{address}]" if address.version == 6 else str(address)
    with pytest.raises(OutboundRefusedError, match="internal"):
        RULES.read(f"https://{host}/")
    make_rules((str(address),), None, is_dev=False).read(f"https://{host}/")


SPELLINGS = (
    *("0x7f.1", "127.1", "2130706433", "0177.0.0.1", "0x7f000001", "127.0.0.01", "127.0.0.1."),
    *("017700000001", "127.0.1", "0x7f.0.0.1", "1", "0", "127.0.0.1%00", "%31%32%37.0.0.1"),
    *("[::ffff:127.0.0.1%25lo]", "[::1%25lo]", "[127.0.0.1]", "①②⑦.⓪.⓪.①", "127。0。0。1"),
    *("localhost\\@good.example", "good.example@127.0.0.1", "127.0.0.1#@good.example", ""),
    *("a..b", "-", "a" * 64, "good.example\t", "good.example\r\nx", "good.example:x", ":443"),
)


@pytest.mark.parametrize("host", SPELLINGS)
def test_SEC_212_SEC_215_no_other_spelling_of_an_address_is_read(host: str) -> None:
    with pytest.raises(OutboundRefusedError):
        parse_target(f"https://{host}/")


@given(st.text(alphabet="0123456789abcdefx.:[]%@\\/#? ~-①", max_size=40))
def test_SEC_212_what_is_read_as_a_host_is_a_name_or_an_address_and_nothing_between(
    text: str,
) -> None:
    try:
        target = parse_target(f"https://{text}")
    except OutboundRefusedError:
        return
    last = target.host.rpartition(".")[2]
    if ":" in target.host or last.isdigit() or last.startswith("0x"):
        assert str(ip_address(target.host)) == str(ip_address(target.host.lower()))
    else:
        assert not set(target.host) & set("[]%@\\/#?: ")


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("http://good.example/", "scheme"),
        ("file:///etc/passwd", "scheme"),
        ("gopher://good.example/", "scheme"),
        ("ftp://good.example/", "scheme"),
        ("//good.example/", "scheme"),
        ("HTTPS://good.example/", "scheme"),
        ("https://user@good.example/", "url"),
        ("https://user:password@good.example/", "url"),
        ("https://good.example/#fragment", "url"),
        ("https://good.example/a b", "url"),
        ("https://good.example/%zz", "url"),
        ("https://good.example\\/", "url"),
        ("https://good.example:0/", "url"),
        ("https://good.example:65536/", "url"),
        ("https://good.example:22/", "port"),
        ("https://good.example:80/", "port"),
        ("https://good.example/" + "a" * 2048, "url"),
    ],
)
def test_SEC_215_only_https_at_the_usual_ports_without_a_user(url: str, reason: str) -> None:
    with pytest.raises(OutboundRefusedError) as refused:
        RULES.read(url)
    assert refused.value.reason == reason


@pytest.mark.parametrize(
    ("url", "authority", "target"),
    [
        ("https://Good.Example", "good.example", "/"),
        ("https://good.example:443/a", "good.example", "/a"),
        ("https://good.example:8443?q=1", "good.example:8443", "/?q=1"),
        ("https://[2606:4700::1111]/x", "[2606:4700::1111]", "/x"),
    ],
)
def test_what_is_read_goes_over_the_wire_as_it_was_meant(
    url: str, authority: str, target: str
) -> None:
    read = RULES.read(url)
    assert (read.authority, read.target) == (authority, target)


def test_SEC_215_http_is_for_development() -> None:
    target = make_rules((), None, is_dev=True).read("http://127.0.0.1:8080/logout")
    assert (target.scheme, target.port) == ("http", 8080)


@pytest.mark.parametrize("is_dev", [True, False])
def test_SEC_215_ports_that_are_listed_are_the_only_ones(is_dev: bool) -> None:
    rules = make_rules((), (9443,), is_dev=is_dev)
    assert rules.read("https://good.example:9443/").port == 9443
    with pytest.raises(OutboundRefusedError, match="port"):
        rules.read("https://good.example/")
