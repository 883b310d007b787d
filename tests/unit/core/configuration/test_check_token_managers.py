"""Checks of token managers: what tells them apart, and how hard their tokens are to guess."""

import pytest

from tests.support.configurations import problems_in


def _problems(managers: str) -> list[str]:
    """Check an environment with these token managers; paths are cut to start at the manager."""
    problems = problems_in(f'server.mode = "dev"\n[environments.main.token_managers]\n{managers}')
    return [problem.replace("environments.main.token_managers.", "") for problem in problems]


def test_two_managers_at_one_jwks_path_are_refused() -> None:
    problems = _problems(
        """
        one = { style = "pingfederate", jwks_path = "two/jwks" }
        two = { style = "pingfederate" }
        """
    )

    assert problems == ["two.jwks_path: publishes its keys at /ext/two/jwks like one.jwks_path"]


def test_a_key_id_is_given_once_in_the_whole_file() -> None:
    problems = problems_in(
        """
        server.mode = "dev"
        [environments.one]
        base_url = "https://one.example.com"
        token_managers.default = { style = "pingfederate", key_id = "k1" }
        [environments.two]
        base_url = "https://two.example.com"
        token_managers.default = { style = "pingfederate", key_id = "k1" }
        """
    )

    assert problems == [
        (
            "environments.two.token_managers.default.key_id: names a key that belongs to "
            "environments.one.token_managers.default.key_id"
        )
    ]


def test_a_manager_of_any_style_may_name_its_keys_but_not_like_another_one() -> None:
    managers = """
        one = { style = "pingfederate", key_id = "k1" }
        two = { style = "rfc9068", key_id = "k2" }
        three = { style = "pingone", key_id = "k3" }
        """

    assert _problems(managers) == []
    assert _problems(managers.replace("k3", "k2")) == [
        "three.key_id: names a key that belongs to two.key_id"
    ]


@pytest.mark.parametrize(
    ("one", "two", "is_accepted"),
    [("0001", "0002", True), ("0001", "0001", False), ("00", "0001", False), ("0001", "", False)],
)
def test_selectors_tell_reference_tokens_apart(one: str, two: str, is_accepted: bool) -> None:
    problems = _problems(
        f"""
        one = {{ kind = "reference", selector = "{one}" }}
        two = {{ kind = "reference", selector = "{two}" }}
        """
    )

    assert [problem.partition(":")[0] for problem in problems] == (
        [] if is_accepted else ["two.selector"]
    )


@pytest.mark.parametrize("selector", ["00-1", "00.1", "0" * 17, "é"])
def test_a_selector_is_letters_and_digits(selector: str) -> None:
    assert _problems(f'one = {{ kind = "reference", selector = "{selector}" }}') == [
        "one.selector: must be at most 16 letters and digits"
    ]


@pytest.mark.parametrize(("length", "is_accepted"), [(31, False), (32, True), (35, True)])
def test_a_reference_token_carries_128_random_bits(length: int, is_accepted: bool) -> None:
    problems = _problems(f'one = {{ kind = "reference", selector = "0001", length = {length} }}')

    assert problems == (
        []
        if is_accepted
        else ["one.length: must be at least 32: fewer characters carry less than 128 random bits"]
    )


def test_a_token_id_carries_128_random_bits() -> None:
    assert _problems("one = { jti_bytes = 15 }") == [
        "one.jti_bytes: must be at least 16: fewer carry less than 128 random bits"
    ]


def test_a_resource_chooses_one_manager() -> None:
    problems = _problems(
        """
        one = { resources = ["https://api.example.com/a", "https://api.example.com/b"] }
        two = { resources = ["https://api.example.com/b"] }
        """
    )

    assert problems == ["two.resources[0]: chooses another manager too: one.resources[1]"]


@pytest.mark.parametrize(
    ("fields", "place"),
    [
        ('client_claim = "scope"', "one.scope_claim"),
        ('client_claim = "exp"', "one.client_claim"),
        ('attributes = { iss = "me" }', "one.attributes.iss"),
        ('attributes = { client_id = "me" }', "one.attributes.client_id"),
        ('client_claim = "cid"\nattributes = { cid = "me" }', "one.attributes.cid"),
    ],
)
def test_claims_do_not_overwrite_one_another(fields: str, place: str) -> None:
    problems = problems_in(f'server.mode = "dev"\n[environments.main.token_managers.one]\n{fields}')

    assert [problem.partition(": ")[0] for problem in problems] == [
        f"environments.main.token_managers.{place}"
    ]


def test_a_lifetime_is_given_once() -> None:
    assert _problems("one = { lifetime_minutes = 5, lifetime_seconds = 300 }") == [
        "one.lifetime_seconds: stands beside lifetime_minutes; give one"
    ]


@pytest.mark.parametrize(
    ("manager", "expected"),
    [
        ('{ kind = "reference", algorithm = "ES256" }', "one.algorithm: warning: has no effect"),
        ('{ kind = "jwt", selector = "0001" }', "one.selector: warning: has no effect"),
        ('{ jwks_path = "one/jwks" }', 'one.jwks_path: needs style = "pingfederate"'),
        ('{ kind = "reference", key_id = "k1" }', "one.key_id: warning: has no effect"),
        ("{ legacy_claims = true }", 'one.legacy_claims: needs style = "pingone"'),
        ('{ style = "pingone", client_claim = "c" }', 'one.client_claim: must be "client_id"'),
    ],
)
def test_fields_that_do_not_fit_kind_or_style_are_pointed_out(manager: str, expected: str) -> None:
    (problem,) = _problems(f"one = {manager}")

    assert problem.startswith(expected)
