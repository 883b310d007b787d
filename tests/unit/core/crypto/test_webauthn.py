"""Passkeys: what a browser is given, and which of its answers are good."""

import json
from base64 import b64encode
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import cbor2
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ostiary.core.base import b64
from ostiary.core.crypto.webauthn import (
    MAX_ANSWER_CHARACTERS,
    NewPasskey,
    PasskeyRefusedError,
    UsedPasskey,
    credential_id_of,
    verify_creation,
    verify_use,
)
from ostiary.core.crypto.webauthn_options import (
    KnownPasskey,
    Owner,
    creation_options,
    request_options,
)
from tests.support.soft_passkey import (
    MAY_SYNC,
    PRESENT,
    SYNCED,
    VERIFIED,
    Algorithm,
    SoftPasskey,
    make_key,
)

RP_ID = "example.com"
PAGE = "https://login.example.com"
HANDLE = b"user-1"


def make_options(*known: KnownPasskey) -> str:
    return creation_options(rp_id=RP_ID, rp_name="Example", owner=Owner(HANDLE, "joe"), known=known)


def make(passkey: SoftPasskey, **statement: Any) -> NewPasskey:
    options = make_options()
    return verify_creation(
        passkey.create(options, **statement), options, accepts_origin=PAGE.__eq__
    )


def known_of(made: NewPasskey) -> KnownPasskey:
    return KnownPasskey(made.credential_id, made.public_key, made.sign_count, made.transports)


def use(known: KnownPasskey, answer: str, options: str, **fields: Any) -> UsedPasskey:
    values = {"owner_handle": HANDLE, "accepts_origin": PAGE.__eq__, **fields}
    return verify_use(answer, options, known, **values)


@pytest.mark.parametrize("algorithm", ["ES256", "RS256", "EdDSA"])
def test_a_passkey_of_each_algorithm_is_made_and_used(algorithm: Algorithm) -> None:
    passkey = SoftPasskey(PAGE, key=make_key(algorithm))
    made = make(passkey)
    options = request_options(rp_id=RP_ID, known=[known_of(made)])

    used = use(known_of(made), passkey.get(options), options)

    assert made.credential_id == passkey.credential_id
    assert made.transports == ("internal", "hybrid")
    assert used == UsedPasskey(sign_count=1, is_synced=False)


def test_the_options_ask_for_what_browsers_need() -> None:
    known = KnownPasskey(b"one", b"", transports=("usb",))
    made, asked = (
        json.loads(make_options(known)),
        json.loads(request_options(rp_id=RP_ID, known=[known])),
    )

    assert made["rp"] == {"id": RP_ID, "name": "Example"}
    assert made["user"] == {"id": b64.encode(HANDLE), "name": "joe", "displayName": "joe"}
    assert [each["alg"] for each in made["pubKeyCredParams"]] == [-8, -7, -257]
    assert made["attestation"] == "none"
    descriptor = {"type": "public-key", "id": b64.encode(b"one"), "transports": ["usb"]}
    assert made["excludeCredentials"] == asked["allowCredentials"] == [descriptor]
    assert asked["rpId"] == RP_ID
    for each in (made, asked):
        assert len(b64.decode(each["challenge"])) == 32


def test_no_challenge_comes_twice() -> None:
    made = {json.loads(make_options())["challenge"] for _ in range(50)}
    asked = {json.loads(request_options(rp_id=RP_ID, known=()))["challenge"] for _ in range(50)}

    assert len(made | asked) == 100


@pytest.mark.parametrize(
    ("flags", "is_synced"), [(0, False), (MAY_SYNC, False), (MAY_SYNC | SYNCED, True)]
)
def test_a_passkey_says_whether_devices_share_it(flags: int, is_synced: bool) -> None:
    passkey = SoftPasskey(PAGE, flags=PRESENT | VERIFIED | flags, counts=False)
    made = make(passkey)
    options = request_options(rp_id=RP_ID, known=())

    used = use(known_of(made), passkey.get(options), options)

    assert made.is_synced is used.is_synced is is_synced


def test_bytes_may_be_written_in_either_base64() -> None:
    passkey, options = SoftPasskey(PAGE, credential_id=b"\xff\xfe\xfb" * 9 + b"1"), make_options()
    answer = json.loads(passkey.create(options))
    response = answer["response"]
    for members, name in (
        (answer, "rawId"),
        (response, "clientDataJSON"),
        (response, "attestationObject"),
    ):
        members[name] = b64encode(b64.decode(members[name])).decode()

    made = verify_creation(json.dumps(answer), options, accepts_origin=PAGE.__eq__)

    assert made.credential_id == passkey.credential_id


def test_a_passkey_that_does_not_count_is_used_again_and_again() -> None:
    passkey = SoftPasskey(PAGE, counts=False)
    known = known_of(make(passkey))

    for _ in range(2):
        options = request_options(rp_id=RP_ID, known=[known])
        assert use(known, passkey.get(options), options).sign_count == 0


def another_page(passkey: SoftPasskey) -> None:
    passkey.origin = "https://login.example.com.evil.test"


def framed(passkey: SoftPasskey) -> None:
    passkey.is_framed = True


def nobody_there(passkey: SoftPasskey) -> None:
    passkey.flags = VERIFIED


@pytest.mark.parametrize("spoil", [another_page, framed, nobody_there])
def test_SEC_162_a_passkey_of_another_page_or_without_anybody_is_neither_made_nor_used(
    spoil: Callable[[SoftPasskey], None],
) -> None:
    passkey = SoftPasskey(PAGE)
    known, options = known_of(make(passkey)), request_options(rp_id=RP_ID, known=())
    spoil(passkey)

    with pytest.raises(PasskeyRefusedError):
        make(passkey)
    with pytest.raises(PasskeyRefusedError):
        use(known, passkey.get(options), options)


def test_SEC_162_an_answer_to_another_challenge_is_refused() -> None:
    passkey = SoftPasskey(PAGE)
    known = known_of(make(passkey))
    asked, other = (request_options(rp_id=RP_ID, known=[known]) for _ in range(2))

    with pytest.raises(PasskeyRefusedError, match="challenge"):
        use(known, passkey.get(other), asked)
    with pytest.raises(PasskeyRefusedError, match="challenge"):
        verify_creation(passkey.create(make_options()), make_options(), accepts_origin=PAGE.__eq__)


def test_an_answer_for_another_domain_is_refused() -> None:
    passkey = SoftPasskey(PAGE)
    known, options = known_of(make(passkey)), request_options(rp_id=RP_ID, known=())
    elsewhere = json.dumps({**json.loads(options), "rpId": "evil.test"})

    with pytest.raises(PasskeyRefusedError, match="RP ID"):
        use(known, passkey.get(elsewhere), options)


def test_what_makes_a_passkey_does_not_use_one_and_the_other_way_round() -> None:
    passkey = SoftPasskey(PAGE)
    known, options = known_of(make(passkey)), request_options(rp_id=RP_ID, known=())

    with pytest.raises(PasskeyRefusedError, match="type"):
        use(known, passkey.get(options, type="webauthn.create"), options)


def test_a_signature_of_another_key_is_refused() -> None:
    passkey = SoftPasskey(PAGE)
    known, options = known_of(make(passkey)), request_options(rp_id=RP_ID, known=())
    passkey.key = make_key("ES256")

    with pytest.raises(PasskeyRefusedError, match="signature"):
        use(known, passkey.get(options), options)


def test_an_answer_of_another_passkey_is_refused() -> None:
    passkey = SoftPasskey(PAGE)
    known, options = known_of(make(passkey)), request_options(rp_id=RP_ID, known=())
    passkey.credential_id = b"another"

    with pytest.raises(PasskeyRefusedError, match="another passkey"):
        use(known, passkey.get(options), options)


def test_SEC_162_a_count_that_did_not_grow_is_refused() -> None:
    passkey = SoftPasskey(PAGE, count=7)
    known, options = known_of(make(passkey)), request_options(rp_id=RP_ID, known=())
    copied = replace(known, sign_count=8)

    with pytest.raises(PasskeyRefusedError, match="sign count"):
        use(copied, passkey.get(options), options)


def test_a_passkey_of_somebody_else_is_refused() -> None:
    passkey = SoftPasskey(PAGE)
    known, options = known_of(make(passkey)), request_options(rp_id=RP_ID, known=())

    with pytest.raises(PasskeyRefusedError, match="somebody else"):
        use(known, passkey.get(options), options, owner_handle=b"user-2")


@pytest.mark.parametrize("form", ["tpm", "android-key", "fido-u2f", "apple", "unheard"])
def test_a_statement_of_a_manufacturer_is_refused(form: str) -> None:
    with pytest.raises(PasskeyRefusedError, match="manufacturer"):
        make(SoftPasskey(PAGE), fmt=form)


def test_a_key_of_impossible_size_is_refused() -> None:
    passkey = SoftPasskey(PAGE, credential_id=bytes(1024))

    with pytest.raises(PasskeyRefusedError, match="size"):
        make(passkey)


@pytest.mark.parametrize(
    "spoiled",
    [
        "",
        "null",
        "[]",
        "{}",
        '{"id": 1}',
        '{"response": []}',
        "{" * 100,
        '{"response": {"clientDataJSON": "e30", "attestationObject": "oA"}}',
        '{"id": "", "id": ""}',
        "x" * (MAX_ANSWER_CHARACTERS + 1),
    ],
)
def test_what_is_no_answer_is_refused(spoiled: str) -> None:
    known = KnownPasskey(b"one", b"two")

    with pytest.raises(PasskeyRefusedError):
        verify_creation(spoiled, make_options(), accepts_origin=PAGE.__eq__)
    with pytest.raises(PasskeyRefusedError):
        use(known, spoiled, request_options(rp_id=RP_ID, known=()))
    assert credential_id_of(spoiled) in {None, b""}


def test_an_answer_names_its_passkey() -> None:
    passkey = SoftPasskey(PAGE)

    assert credential_id_of(passkey.get(request_options(rp_id=RP_ID, known=()))) == (
        passkey.credential_id
    )


SCRAP = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=20) | st.binary(max_size=40),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.integers(-4, 4), inner),
    max_leaves=8,
)


@given(key=SCRAP, tail=st.binary(max_size=20), form=SCRAP)
def test_whatever_a_stranger_puts_into_an_attestation_is_refused_and_no_more(
    key: object, tail: bytes, form: object
) -> None:
    passkey, options = SoftPasskey(PAGE), make_options()
    answer = json.loads(passkey.create(options))
    sent = cbor2.loads(b64.decode(answer["response"]["attestationObject"]))
    attested = bytes(16) + b"\0\1x" + cbor2.dumps(key) + tail
    odd = {**sent, "attStmt": form, "authData": sent["authData"][:37] + attested}
    answer["response"]["attestationObject"] = b64.encode(cbor2.dumps(odd))

    with pytest.raises(PasskeyRefusedError):
        verify_creation(json.dumps(answer), options, accepts_origin=PAGE.__eq__)
