"""What a request presents does not show itself."""

from ostiary.core.clientauth.contract import BasicCredentials, Presented


def test_SEC_244_neither_credentials_nor_their_holder_show_the_password() -> None:
    basic = BasicCredentials("user", "canary-secret")
    for shown in (repr(basic), str(basic), repr(Presented("192.0.2.1", (), basic)), f"{[basic]}"):
        assert "user" in shown
        assert "canary-secret" not in shown
