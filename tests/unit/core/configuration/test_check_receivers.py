"""Adapters that hand attributes out: what a check says of how people get there."""

import pytest

from tests.support.configurations import LONG_SECRET, problems_in

PLACE = "environments.main.reference_adapters.sample"
PAIR = f'username = "app"\npass_phrase = "{LONG_SECRET}"\n'
PAGE = 'endpoint = "https://portal.example/"\n'
ENVIRONMENT = """
server.mode = "dev"
[environments.main.steps.form]
type = "username_password"
[environments.main.policies.default]
steps = ["form"]
[environments.main.policies.staff]
steps = ["form"]
"""


def adapter_problems(adapter: str) -> list[str]:
    """Return what a check finds in an adapter of these fields."""
    found = problems_in(f"{ENVIRONMENT}[environments.main.reference_adapters.sample]\n{adapter}")
    told = [each.removeprefix(PLACE) for each in found if each.startswith(PLACE)]
    return [each for each in told if "plain text" not in each]


@pytest.mark.parametrize(
    "adapter",
    [
        PAIR + PAGE + 'direction = "sp"',
        PAIR + PAGE + 'direction = "sp"\npolicies = ["staff", "default"]',
        PAIR + 'direction = "sp"\ntargets = ["https://portal.example/*"]',
    ],
)
def test_an_adapter_to_which_people_can_be_sent_is_good(adapter: str) -> None:
    assert adapter_problems(adapter) == []


@pytest.mark.parametrize(
    ("adapter", "problem"),
    [
        (
            PAGE + 'direction = "sp"\npolicies = ["staff", "stuff"]',
            '.policies[1]: "stuff" is not a policy of this environment',
        ),
        (
            PAGE + 'direction = "idp"\npolicies = ["staff"]',
            '.policies: warning: has no effect with direction = "idp"',
        ),
        ('direction = "sp"', ": warning: is handed nothing: nobody can be sent to its application"),
    ],
)
def test_what_leads_nowhere_is_told(adapter: str, problem: str) -> None:
    (found,) = adapter_problems(PAIR + adapter)
    assert found.startswith(problem)


# --- names that would be mistaken for the server's own --------------------------------


@pytest.mark.parametrize("direction", ["idp", "sp"])
@pytest.mark.parametrize("name", ["authnCtx", "forceAuthn"])
def test_what_the_server_itself_says_is_no_attribute(name: str, direction: str) -> None:
    found = adapter_problems(
        f'{PAIR}{PAGE}direction = "{direction}"\nattributes = ["mail", "{name}"]'
    )
    assert found == [f'.attributes[1]: "{name}" is what the server itself says there']


@pytest.mark.parametrize(
    ("fields", "place"),
    [
        ('endpoint = "https://portal.example/?a=1&REF=2"', "endpoint"),
        ('endpoint = "https://portal.example/?ref[]=2"', "endpoint"),
        ('endpoint = "https://portal.example/in;REF=2"', "endpoint"),
        ('endpoint = "https://portal.example/?resumePath=/x"', "endpoint"),
        (PAGE + 'targets = ["https://portal.example/x?%52EF=2"]', "targets[0]"),
        (PAGE + 'targets = ["https://portal.example/a", "https://portal.example/;REF=/*"]', "[1]"),
        (
            PAGE + 'logout_endpoint = "https://portal.example/?REF"\nlogout_mode = "front_channel"',
            "logout_endpoint",
        ),
    ],
)
def test_a_page_has_no_parameter_that_the_server_adds(fields: str, place: str) -> None:
    (found,) = adapter_problems(f'{PAIR}{fields}\ndirection = "sp"')
    assert f"{place}: has a parameter already that the server adds" in found


def test_other_parameters_of_a_page_are_good() -> None:
    page = 'endpoint = "https://portal.example/in;v=1?reference=1&a=REF"\n'
    assert adapter_problems(f'{PAIR}{page}direction = "sp"') == []


# --- whose names an application hears ---------------------------------------------------

TWO_KINDS = f"""
server.mode = "dev"
[environments.main.steps.form]
type = "username_password"
[environments.main.steps.open]
type = "username_password"
registration = true
[environments.main.steps.desk]
type = "reference_id"
adapter = "desk"
[environments.main.steps.list]
type = "reference_id"
adapter = "list"
[environments.main.steps.factor]
type = "second_factor"
[environments.main.reference_adapters.desk]
endpoint = "https://desk.example/"
username = "desk"
pass_phrase = "{LONG_SECRET}"
[environments.main.reference_adapters.list]
endpoint = "https://list.example/"
users = "known"
username = "list"
pass_phrase = "{LONG_SECRET}"
[environments.main.reference_adapters.sample]
direction = "sp"
{PAGE}
{PAIR}
"""
MIXED = "warning: has its application hear names of"


def mixed_up(policies: str, adapter: str = "") -> list[str]:
    """Return what a check finds of an adapter with policies of these fields, by name."""
    text = f"{TWO_KINDS}{adapter}\n[environments.main.policies]\n{policies}"
    return [each for each in problems_in(text) if MIXED in each]


@pytest.mark.parametrize(
    ("policies", "adapter"),
    [
        ('default.steps = ["desk"]', ""),
        ('default.steps = ["desk", "factor"]', ""),
        ('default.steps = ["form"]', ""),
        ('default.tree = { step = "list", failure = ["form"] }', ""),
        ('default.steps = ["desk"]\nstaff.steps = ["form"]', ""),
        (
            'default = { steps = ["desk"], acr = "desk" }\nstaff = { steps = ["form"], acr = "s" }',
            'policies = ["staff", "default"]',
        ),
        ('default.tree = { step = "desk", failure = ["form"] }', 'attributes = ["id"]'),
    ],
)
def test_an_application_that_can_tell_whose_name_it_hears_is_good(
    policies: str, adapter: str
) -> None:
    assert mixed_up(policies, adapter) == []


@pytest.mark.parametrize(
    ("policies", "adapter", "place"),
    [
        ('default.steps = ["open"]', "", "sample"),
        ('default = { steps = ["open"], acr = "open" }', "", "sample"),
        ('default.tree = { step = "desk", failure = ["form"] }', "", "sample"),
        ('default.tree = { step = "desk", failure = ["list"] }', "", "sample"),
        (
            'default.steps = ["desk"]\nstaff.steps = ["form"]',
            'policies = ["staff", "default"]',
            "sample.policies",
        ),
        (
            'default = { steps = ["desk"], acr = "desk" }\nstaff.steps = ["form"]',
            'policies = ["staff", "default"]',
            "sample.policies",
        ),
        (
            'default = { steps = ["desk"], acr = "x" }\nstaff = { steps = ["form"], acr = "x" }',
            'policies = ["staff", "default"]',
            "sample.policies",
        ),
    ],
)
def test_an_application_that_hears_names_of_two_kinds_is_told_of(
    policies: str, adapter: str, place: str
) -> None:
    (found,) = mixed_up(policies, adapter)
    assert found.startswith(f"environments.main.reference_adapters.{place}: {MIXED}")
