"""Checks of clients that sign users on: what they may ask for, and what weakens them."""

import pytest

from tests.support.configurations import client_problems

APP = "environments.main.clients.app"
REDIRECT = 'redirect_uris = ["https://app.example.com/callback"]\n'
CODE = f'{REDIRECT}grant_types = ["authorization_code", "refresh_token"]\n'
CONFIDENTIAL = f"secret = {{ generate = true }}\n{CODE}"
SCOPES = 'scopes = { openid = "Know who you are" }'


def test_a_client_with_a_code_and_a_place_to_send_it_has_no_problems() -> None:
    assert client_problems(CONFIDENTIAL) == []
    assert client_problems(CODE) == []


def test_a_policy_that_does_not_exist_is_refused() -> None:
    assert client_problems(f'{CODE}policy = "defualt"') == [
        f'{APP}.policy: "defualt" is not a policy of this environment; did you mean "default"?'
    ]


def test_every_policy_that_a_request_may_choose_exists() -> None:
    assert client_problems(f'{CODE}policy = "default"\npolicies = ["default", "defualt"]') == [
        f'{APP}.policies[1]: "defualt" is not a policy of this environment; did you mean "default"?'
    ]


def test_policies_to_choose_from_need_a_usual_one() -> None:
    assert client_problems(f'{CODE}policies = ["default"]') == [
        f"{APP}.policies: warning: has no effect without policy"
    ]


def test_a_sign_on_page_that_does_not_exist_is_refused() -> None:
    page = 'authentication_applications.page = { url = "https://page.example.com/" }'
    problems = client_problems(f'{CODE}authentication_application = "paeg"', environment=page)
    field = f"{APP}.authentication_application"
    message = '"paeg" is not an authentication application of this environment'
    assert [each for each in problems if each.startswith(field)] == [
        f'{field}: {message}; did you mean "page"?'
    ]


@pytest.mark.parametrize("field", ["id_token_algorithm", "userinfo_algorithm"])
def test_an_algorithm_without_a_key_is_refused(field: str) -> None:
    assert client_problems(f'{CODE}{field} = "ES256"') == [
        f'{APP}.{field}: "ES256" is not among the algorithms of this environment'
    ]
    assert client_problems(f'{CODE}{field} = "RS256"') == []


def test_what_holds_a_code_needs_the_grant_that_takes_it() -> None:
    problems = client_problems(
        f'{REDIRECT}response_types = ["code id_token"]\nscopes = ["openid"]', environment=SCOPES
    )

    assert problems == [
        f'{APP}.response_types[0]: "code id_token" needs the grant type authorization_code'
    ]


def test_id_tokens_need_the_scope_openid() -> None:
    fields = f'{REDIRECT}response_types = ["id_token"]\n'

    assert client_problems(fields, environment=SCOPES) == [
        f'{APP}.response_types[0]: "id_token" needs the scope openid'
    ]
    assert client_problems(f'{fields}scopes = ["openid"]', environment=SCOPES) == []


@pytest.mark.parametrize("word", ["token", "code token", "token id_token code"])
def test_tokens_through_the_browser_are_pointed_out(word: str) -> None:
    fields = f'{CODE}scopes = ["openid"]\nresponse_types = ["code", "{word}"]'
    (problem,) = client_problems(fields, environment=SCOPES)

    assert problem.startswith(f"{APP}.response_types[1]: warning: ")
    assert "is deprecated: its tokens travel through the browser" in problem


@pytest.mark.parametrize("word", ["codes", "code code", "code none", "", " code", "Token"])
def test_a_response_type_that_nobody_knows_is_refused(word: str) -> None:
    (problem,) = client_problems(f'{CODE}response_types = ["{word}"]')

    assert problem.startswith(f'{APP}.response_types[0]: must be "none", or "code"')


def test_implicit_is_no_grant_and_the_word_for_it_is_named() -> None:
    problems = client_problems(f'{REDIRECT}grant_types = ["implicit"]\nresponse_types = ["none"]')

    assert problems == [
        (
            f'{APP}.grant_types[0]: "implicit" is not supported; '
            'what a sign-on hands out is said by response_types = ["token"]'
        )
    ]


def test_a_client_without_redirect_uris_is_pointed_out() -> None:
    assert client_problems('grant_types = ["authorization_code"]') == [
        f"{APP}.redirect_uris: warning: are missing: without any, users cannot sign on to it"
    ]


def test_S3_5_a_redirectless_client_needs_no_redirect_uri() -> None:
    fields = 'grant_types = ["authorization_code"]\nallow_redirectless = true'

    assert client_problems(fields) == []


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        (
            f'secret = {{ generate = true }}\n{REDIRECT}grant_types = ["client_credentials"]',
            ".redirect_uris: warning: have no effect without the grant type authorization_code",
        ),
        (
            f'{CODE}response_types = ["none"]',
            ".response_types: warning: has no code, for authorization_code",
        ),
        (
            f"{CODE}refresh = {{ idle_days = 91 }}",
            ".refresh.idle_days: warning: is longer than lifetime_days: it has no effect",
        ),
        (
            f'{REDIRECT}grant_types = ["authorization_code"]\nrefresh = {{ idle_days = 1 }}',
            ".refresh: warning: has no effect without the grant type refresh_token",
        ),
        (
            (
                "secret = { generate = true }\nauthorization_alias = true\n"
                'grant_types = ["client_credentials"]'
            ),
            (
                ".authorization_alias: warning: has no effect without the grant type "
                "authorization_code"
            ),
        ),
    ],
)
def test_settings_without_effect_are_pointed_out(fields: str, expected: str) -> None:
    assert client_problems(fields) == [APP + expected]


@pytest.mark.parametrize("pkce", ["optional", "plain"])
def test_a_client_that_proves_nothing_always_needs_pkce(pkce: str) -> None:
    assert client_problems(f'{CODE}pkce = "{pkce}"') == [
        f'{APP}.pkce: must be "required" for a client that proves nothing'
    ]


@pytest.mark.parametrize(
    ("pkce", "expected"),
    [
        (
            "optional",
            (
                "lets the client leave PKCE out, and nothing ties its codes to who asked; "
                'have the client send PKCE (S256), then set "required"'
            ),
        ),
        (
            "plain",
            (
                "accepts PKCE's challenges in plain, and whoever sees one can answer it; "
                'have the client send S256, then set "required"'
            ),
        ),
    ],
)
def test_weaker_pkce_is_pointed_out(pkce: str, expected: str) -> None:
    assert client_problems(f'{CONFIDENTIAL}pkce = "{pkce}"') == [f"{APP}.pkce: warning: {expected}"]


@pytest.mark.parametrize("field", ["bypass_approval", "restrict_scopes"])
def test_S3_7_what_comes_with_the_redirectless_mode_cannot_be_turned_off(field: str) -> None:
    fields = f"{CODE}allow_redirectless = true\n"

    assert client_problems(f"{fields}{field} = false") == [
        f"{APP}.{field}: cannot be false with allow_redirectless"
    ]
    assert client_problems(f"{fields}{field} = true") == []


def test_the_cookieless_mode_needs_the_redirectless_one() -> None:
    assert client_problems(f"{CODE}cookieless = true") == [
        f"{APP}.cookieless: needs allow_redirectless"
    ]
    assert client_problems(f"{CODE}cookieless = true\nallow_redirectless = true") == []


def test_refresh_tokens_of_a_client_that_proves_nothing_always_roll() -> None:
    assert client_problems(f"{CODE}refresh = {{ rolling = false }}") == [
        f"{APP}.refresh.rolling: must be true for a client that proves nothing"
    ]
    assert client_problems(f"{CONFIDENTIAL}refresh = {{ rolling = false }}") == []


def test_a_refresh_token_that_was_replaced_works_for_a_minute_at_most() -> None:
    assert client_problems(f"{CODE}refresh = {{ grace_seconds = 61 }}") == [
        f"{APP}.refresh.grace_seconds: must be at most 60"
    ]


def test_S2_15_the_alias_of_a_grant_is_pointed_out() -> None:
    assert client_problems(f"{CONFIDENTIAL}authorization_alias = true") == [
        (
            f"{APP}.authorization_alias: warning: accepts grant_type=authorization, "
            "which no standard knows; have the client write authorization_code"
        )
    ]


@pytest.mark.parametrize("field", ["redirect_uris", "post_logout_redirect_uris"])
@pytest.mark.parametrize(
    "uri",
    [
        "https://app.example.com/*",
        "https://app.example.com/#part",
        "javascript:alert(1)",
        "http://app.example.com/callback",
        "https://user@app.example.com/",
        "https://äpp.example.com/",
        "/callback",
        "",
    ],
)
def test_SEC_9_a_uri_that_could_lead_astray_is_refused_at_its_place(field: str, uri: str) -> None:
    problems = client_problems(
        f'grant_types = ["authorization_code"]\n{field} = ["https://app.example.com/", "{uri}"]'
    )

    assert len(problems) == 1
    assert problems[0].startswith(f"{APP}.{field}[1]: must ")


@pytest.mark.parametrize(
    "uri",
    [
        "https://app.example.com/callback?from=here",
        "http://127.0.0.1/callback",
        "http://[::1]/callback",
        "myinteract://ssosignedin",
        "com.example.app:/callback",
    ],
)
def test_S2_16_web_loopback_and_private_addresses_are_accepted(uri: str) -> None:
    fields = f'grant_types = ["authorization_code"]\nredirect_uris = ["{uri}"]'

    assert client_problems(fields) == []


@pytest.mark.parametrize("field", ["logo_uri", "policy_uri", "tos_uri"])
@pytest.mark.parametrize(
    "link",
    [
        "javascript:alert(1)",
        "http://app.example.com/",
        "https://",
        "https://user@app.example.com/",
        "https://app.example.com:port/",
        "https://app.example.com/ /",
        'https://app.example.com/\\"',
        "//app.example.com/",
    ],
)
def test_SEC_138_a_link_on_our_pages_is_https(field: str, link: str) -> None:
    (problem,) = client_problems(f'{CODE}{field} = "{link}"')

    assert problem.startswith(f'{APP}.{field}: must start with "https://"')


def test_a_link_to_a_page_is_accepted() -> None:
    assert client_problems(f'{CODE}tos_uri = "https://app.example.com:8443/terms?lang=en"') == []


def test_a_flow_of_pingones_face_has_a_cookie() -> None:
    client = f'{CODE}client_id = "00000000-0000-4000-8000-0000000000a1"\nallow_redirectless = true'
    problems = client_problems(f"{client}\ncookieless = true", environment='face = "pingone"')
    assert problems == [f"{APP}.cookieless: has no place in the flows of this face"]


def test_S4_29_codes_are_missing_where_the_grant_for_them_is_allowed() -> None:
    fields = f'{CODE}scopes = ["openid"]\nresponse_types = ["id_token"]'
    (problem,) = client_problems(fields, environment=SCOPES)
    assert problem == f"{APP}.response_types: warning: has no code, for authorization_code"


DEVICE = 'grant_types = ["urn:ietf:params:oauth:grant-type:device_code"]\n'


def test_a_client_without_a_browser_needs_no_redirect_uri() -> None:
    assert client_problems(DEVICE) == []


def test_settings_of_devices_without_the_grant_have_no_effect() -> None:
    (problem,) = client_problems(f"{CODE}device = {{ interval_seconds = 10 }}")
    assert problem.startswith(f"{APP}.device: warning: has no effect without the grant type")


def test_codes_that_anybody_may_ask_for_are_pointed_out() -> None:
    switched = f"{DEVICE}device = {{ without_authentication = true }}"
    (problem,) = client_problems(f"secret = {{ generate = true }}\n{switched}")
    assert problem.startswith(f"{APP}.device.without_authentication: warning: lets anybody ask")
    assert client_problems(switched) == []


def test_a_device_may_ask_before_its_codes_are_over() -> None:
    fields = f"{DEVICE}device = {{ interval_seconds = 60, lifetime_seconds = 60 }}"
    assert client_problems(fields) == [
        f"{APP}.device.interval_seconds: must be less than lifetime_seconds"
    ]
