"""What messages say: in every language the same messages, with the same values in them."""

from dataclasses import replace
from string import Template as Pattern

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ostiary.adapters.delivery.texts import Wording, wordings, write
from ostiary.core.base.languages import LANGUAGES
from ostiary.core.ports.delivery import PLACEHOLDERS, Channel, Message, Template
from tests.support.environments import make_environment

ENV = replace(make_environment(), name="Example Shop")
BY_MAIL_ALONE = {
    Template.ACCOUNT_EXISTS,
    Template.RECOVERY_LINK,
    Template.USERNAME_REMINDER,
    Template.VERIFY_EMAIL,
}
GSM_7 = set(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡"
    "ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
"""Spec: 3GPP TS 23.038 §6.2.1; any other character more than halves the room in a message."""
VALUES = {
    "code": "KXW47HQT",
    "minutes": "10",
    "usernames": "joe.doe@example.com",
    "authenticator": "Joe's phone",
    "link": f"https://login.example.com/reset/{'x' * 22}",
}
every_language = pytest.mark.parametrize("language", LANGUAGES)
every_template = pytest.mark.parametrize("template", Template)


def patterns(wording: Wording) -> list[Pattern]:
    return [wording.subject, wording.body, *([wording.sms] if wording.sms else [])]


def make_message(template: Template, channel: Channel, locale: str) -> Message:
    values = {name: VALUES[name] for name in PLACEHOLDERS[template]}
    return Message(channel, "joe", template, values, locale)


@every_language
def test_every_message_has_words(language: str) -> None:
    assert wordings(language).keys() == set(Template)


@every_language
@every_template
def test_each_text_fills_in_the_values_of_its_message_and_no_others(
    language: str, template: Template
) -> None:
    wording = wordings(language)[template]
    allowed = PLACEHOLDERS[template] | {"environment"}
    for pattern in patterns(wording):
        assert pattern.is_valid()
        assert set(pattern.get_identifiers()) <= allowed
    assert set(wording.body.get_identifiers()) == allowed


@every_language
@every_template
def test_a_text_message_says_what_the_mail_says(language: str, template: Template) -> None:
    sms = wordings(language)[template].sms
    assert (sms is None) == (template in BY_MAIL_ALONE)
    if sms is not None:
        assert set(sms.get_identifiers()) == PLACEHOLDERS[template] | {"environment"}


@every_language
@every_template
def test_a_text_message_is_one(language: str, template: Template) -> None:
    if template in BY_MAIL_ALONE:
        return
    text = write(ENV, make_message(template, Channel.SMS, language)).body
    assert not set(text) - GSM_7
    assert len(text) <= 160


@every_language
@every_template
def test_a_mail_can_be_read_in_a_narrow_window(language: str, template: Template) -> None:
    text = write(ENV, make_message(template, Channel.EMAIL, language))
    assert "$" not in text.subject + text.body
    assert len(text.subject) <= 78
    assert max(map(len, text.body.splitlines())) <= 110
    assert text.body.endswith(".\n")


def test_what_is_told_by_mail_alone_is_no_text_message() -> None:
    message = make_message(Template.VERIFY_EMAIL, Channel.SMS, "en")
    with pytest.raises(ValueError, match="by mail alone"):
        write(ENV, message)


@pytest.mark.parametrize(
    ("locale", "language"), [("de", "de"), ("de-CH", "de"), ("fr", "fr"), ("", "en"), ("it", "en")]
)
def test_a_locale_means_the_nearest_language(locale: str, language: str) -> None:
    message = make_message(Template.ONE_TIME_CODE, Channel.EMAIL, locale)
    assert write(ENV, message).language == language


def test_each_message_has_an_id_of_its_own() -> None:
    message = make_message(Template.ONE_TIME_CODE, Channel.EMAIL, "en")
    assert write(ENV, message).id != write(ENV, message).id


@pytest.mark.parametrize("values", [{}, {"code": "1"}, {"code": "1", "minutes": "2", "x": "3"}])
def test_a_message_with_other_values_than_its_own_is_a_defect(values: dict[str, str]) -> None:
    with pytest.raises(ValueError, match="takes"):
        Message(Channel.EMAIL, "joe@example.com", Template.ONE_TIME_CODE, values)


@given(st.text(st.characters(), max_size=80))
def test_SEC_239_a_subject_and_a_text_message_stay_one_line(value: str) -> None:
    message = Message(Channel.EMAIL, "joe", Template.AUTHENTICATOR_ADDED, {"authenticator": value})
    env = replace(ENV, name=value)
    for channel in Channel:
        text = write(env, replace_channel(message, channel))
        line = text.subject if channel is Channel.EMAIL else text.body
        assert line.isprintable()
        assert text.body.encode()


def replace_channel(message: Message, channel: Channel) -> Message:
    return Message(channel, message.to, message.template, message.values)
