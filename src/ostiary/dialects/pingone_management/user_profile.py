"""What is known of a user: PingOne's members, and the attributes that hold them."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from ostiary.core.model.user import User
from ostiary.dialects.pingone_management.bodies import Body
from ostiary.dialects.pingone_management.hal import Members


@dataclass(frozen=True, slots=True)
class ProfileMember:
    """One member of PingOne's user, and where it is kept.

    Args:
        group: the object that it stands in; "" for the user itself.
        attribute: of our users; tokens and userinfo read the same one.
        aliases: what configurations and directories call it.
        part: which member of that attribute, where it is an object itself.
        verified_by: the attribute that says of the value so far that it was verified.
    """

    group: str
    name: str
    attribute: str
    aliases: tuple[str, ...] = ()
    part: str | None = None
    verified_by: str | None = None

    @property
    def path(self) -> str:
        """The names joined by dots."""
        return f"{self.group}.{self.name}" if self.group else self.name

    def read(self, user: User) -> str | None:
        """Return what is kept of a user, or None."""
        for attribute in (self.attribute, *self.aliases):
            value = user.attributes.get(attribute)
            if self.part is not None:
                value = value.get(self.part) if isinstance(value, Mapping) else None
            if isinstance(value, str) and value:
                return value
        return None

    def write(self, attributes: dict[str, Any], value: str | None) -> None:
        """Keep another value, under the name that this user has it by; None removes it."""
        names = (self.attribute, *self.aliases)
        name = next((name for name in names if name in attributes), self.attribute)
        if self.part is not None:
            kept = attributes.get(name)
            whole = dict(kept) if isinstance(kept, Mapping) else {}
            whole.pop(self.part, None)
            if value is not None:
                whole[self.part] = value
            _put(attributes, name, whole or None)
            return
        for other in names:
            attributes.pop(other, None)
        _put(attributes, name, value)


def _put(attributes: dict[str, Any], name: str, value: object) -> None:
    if value is None:
        attributes.pop(name, None)
    else:
        attributes[name] = value


def _address(name: str, part: str) -> ProfileMember:
    return ProfileMember("address", name, "address", part=part)


EMAIL_VERIFIED = "email_verified"
PROFILE: tuple[ProfileMember, ...] = (
    ProfileMember("", "email", "email", ("mail",), verified_by=EMAIL_VERIFIED),
    ProfileMember("name", "given", "given_name", ("givenName",)),
    ProfileMember("name", "family", "family_name", ("sn",)),
    ProfileMember("name", "middle", "middle_name"),
    ProfileMember("name", "formatted", "name", ("displayName", "cn")),
    ProfileMember("name", "honorificPrefix", "honorific_prefix"),
    ProfileMember("name", "honorificSuffix", "honorific_suffix"),
    ProfileMember("", "nickname", "nickname"),
    ProfileMember("", "title", "title"),
    ProfileMember("", "type", "type"),
    ProfileMember("", "externalId", "external_id"),
    _address("streetAddress", "street_address"),
    _address("locality", "locality"),
    _address("region", "region"),
    _address("postalCode", "postal_code"),
    _address("countryCode", "country"),
    ProfileMember("", "mobilePhone", "mobile_phone", ("mobile",)),
    ProfileMember(
        *("", "primaryPhone", "phone_number", ("telephoneNumber",)),
        verified_by="phone_number_verified",
    ),
    ProfileMember("", "locale", "locale"),
    ProfileMember("", "preferredLanguage", "preferred_language"),
    ProfileMember("", "timezone", "zoneinfo"),
    ProfileMember("photo", "href", "picture"),
)
"""Every member of a user that tells of the person."""
GROUPS = frozenset(member.group for member in PROFILE if member.group)
NAMES = frozenset(member.group or member.name for member in PROFILE)
"""How their members begin in a body."""
Change = Callable[[dict[str, Any]], None]


def render_profile(user: User) -> Members:
    """Return what is known of a user, as PingOne shows it. Spec: PingOne "Users"."""
    members: dict[str, Any] = {}
    for member in PROFILE:
        value = member.read(user)
        if value is None:
            continue
        place = members.setdefault(member.group, {}) if member.group else members
        place[member.name] = value
    verified = user.attributes.get(EMAIL_VERIFIED)
    if "email" in members and isinstance(verified, bool):
        members["emailVerified"] = verified
    return members


def read_profile(body: Body, *, is_whole: bool) -> Change:
    """Return what a body says of the person, to be written into a user's attributes.

    Args:
        is_whole: what it leaves out is removed; else it stays, and null removes.
    """
    wanted = list(_read(body, is_whole=is_whole))

    def change(attributes: dict[str, Any]) -> None:
        for member, value in wanted:
            if member.verified_by is not None and value != _current(member, attributes):
                attributes.pop(member.verified_by, None)  # it was the other value
            member.write(attributes, value)

    return change


def _current(member: ProfileMember, attributes: Mapping[str, Any]) -> object:
    names = (member.attribute, *member.aliases)
    return next((attributes[name] for name in names if name in attributes), None)


def _read(body: Body, *, is_whole: bool) -> Iterator[tuple[ProfileMember, str | None]]:
    groups = {name: body.inner(name) for name in GROUPS}
    for name, group in groups.items():
        if group is not None:
            group.refuse_unknown({member.name for member in PROFILE if member.group == name})
    for member in PROFILE:
        place = groups[member.group] if member.group else body
        is_gone = bool(member.group) and member.group in body and place is None
        if is_whole or is_gone or (place is not None and member.name in place):
            yield member, None if place is None else place.text(member.name)
