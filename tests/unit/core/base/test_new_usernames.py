"""New usernames: names of every language, and none that looks like somebody else's."""

import pytest

from ostiary.core.base.new_usernames import check_new_username
from ostiary.core.base.usernames import UsernameRefusedError, username_key


@pytest.mark.parametrize(
    "name",
    [
        *("joe", "joe.doe+1@example.com", "Jörg", "jo\u0308rg", "Łukasz", "Nguyễn", "ßtraße"),
        *("Σίσυφος", "Иван 2", "محمد", "שלם123", "हिन्दी", "\u02bbokina"),
        *(
            "山田太郎",
            "やまだタロウ",
            "ヤマダー",
            "佐々木joe",
            "김철수",
            "한자漢字",
            "jo\u0661\u0662",
        ),
    ],
)
def test_names_of_every_language_may_be_given_out(name: str) -> None:
    check_new_username(name)


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("p\u0430ypal", "has letters of several scripts"),
        ("j\u043ee", "has letters of several scripts"),
        ("joe\u03a3", "has letters of several scripts"),
        ("\u30ab\ud55c", "has letters of several scripts"),
        ("\uff4a\uff4f\uff45", "has a character that looks like others"),
        ("\ufb01ona", "has a character that looks like others"),
        ("joe\u00b2", "has a character that looks like others"),
        ("j\u00a0oe", "has a character that looks like others"),
        ("1\u0661", "has digits of several scripts"),
        ("jo\u200be", "has a character that cannot be seen"),
    ],
)
def test_SEC_147_no_new_name_looks_like_another_one(name: str, reason: str) -> None:
    with pytest.raises(UsernameRefusedError) as refused:
        check_new_username(name)
    assert refused.value.reason == reason


def test_whoever_has_such_a_name_keeps_it() -> None:
    assert username_key("p\u0430ypal")
