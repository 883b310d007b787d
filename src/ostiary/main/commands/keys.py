"""`ostiary keys`: list, rotate and import signing keys."""

import sys
from collections.abc import Iterable, Iterator
from dataclasses import asdict, replace
from datetime import UTC, datetime
from pathlib import Path

from ostiary.core.admin.bodies import SigningKeyBody
from ostiary.core.admin.contents import Contents, Draft, read, select
from ostiary.core.admin.keys import rotation
from ostiary.core.admin.keys.key_needs import choose_needs
from ostiary.core.admin.keys.rotation import Rotation
from ostiary.core.configuration.secret_sources import UnreadableFileError
from ostiary.core.crypto.keys import KeyRefusedError, PrivateKey, load_private_pem
from ostiary.main.administration import Administration, Work, administrate
from ostiary.main.commands.check import read_checked
from ostiary.main.commands.document import show_document
from ostiary.main.commands.table import show_table
from ostiary.main.surroundings import read_file

_MAX_PEM_BYTES = 64 << 10
_HEADINGS = ("ENVIRONMENT", "KEY SET", "ALGORITHM", "KID", "STATE")


def list_keys(config: Path, *, as_json: bool = False) -> int:
    """Print every signing key and what it does now."""

    async def work(administration: Administration) -> int:
        editor = administration.editor
        stored = await editor.configurations.load()
        contents, now = read(stored.documents), editor.clock.now()
        if as_json:
            show_document({"keys": list(_describe_keys(contents, now))})
            return 0
        show_table([_HEADINGS, *_rows(contents, now)])
        return 0

    return _run(config, work)


def rotate(
    config: Path,
    environment: str,
    key_set: str | None,
    algorithm: str | None,
    *,
    as_json: bool = False,
) -> int:
    """Give key sets of an environment new keys, which sign once verifiers know them."""

    async def work(administration: Administration) -> int:
        def change(draft: Draft, now: float) -> tuple[Rotation, ...]:
            needs = choose_needs(draft, environment, key_set, algorithm)
            return rotation.rotate(draft, administration.editor.sealer, needs, now=now)

        applied = await administration.editor.edit(change)
        administration.record(applied, "keys rotate")
        _report(applied.outcome, as_json=as_json)
        return 0

    return _run(config, work)


def import_key(  # noqa: PLR0913, PLR0917 - one parameter an option
    config: Path,
    private_key: Path,
    environment: str,
    key_set: str | None,
    algorithm: str | None,
    key_id: str | None,
    *,
    as_json: bool = False,
) -> int:
    """Take a private key in PEM form into a key set of an environment."""
    try:
        key = _load(private_key)
    except (UnreadableFileError, KeyRefusedError) as refusal:
        sys.stderr.write(f"{private_key}: {refusal}; nothing was changed\n")
        return 1

    async def work(administration: Administration) -> int:
        def change(draft: Draft, now: float) -> Rotation:
            need = rotation.find_place(
                draft, environment, key, key_set=key_set, algorithm=algorithm
            )
            need = replace(need, name=key_id)
            return rotation.import_key(draft, administration.editor.sealer, need, key, now=now)

        applied = await administration.editor.edit(change)
        administration.record(applied, "keys import")
        _report([applied.outcome], as_json=as_json)
        return 0

    return _run(config, work)


def _run(config: Path, work: Work) -> int:
    configuration = read_checked(config, warns=False)
    return 1 if configuration is None else administrate(configuration, work)


def _load(path: Path) -> PrivateKey:
    return load_private_pem(read_file(path, max_bytes=_MAX_PEM_BYTES).encode())


def _rows(contents: Contents, now: float) -> Iterator[tuple[str, ...]]:
    keys = sorted(
        ((place.environment, body.set, body.algorithm, body.active_from), body)
        for place, body in select(contents, SigningKeyBody)
    )
    # The youngest key whose time has come signs.
    signs_now = {order[:3]: body for order, body in keys if body.active_from <= now}
    for order, body in keys:
        purpose = order[:3]
        yield (*purpose, body.kid, _state(body, now, is_signing=signs_now.get(purpose) is body))


def _state(body: SigningKeyBody, now: float, *, is_signing: bool) -> str:
    if body.active_from > now:
        return f"published, signs from {_moment(body.active_from)}"
    until = body.published_until
    if until is not None and until <= now:
        return f"over since {_moment(until)}"
    states = ["signs" if is_signing else "signs no more"]
    if until is not None:
        states.append(f"published until {_moment(until)}")
    return ", ".join(states)


def _describe_keys(contents: Contents, now: float) -> Iterator[dict[str, object]]:
    rows = {row[:4]: row[4] for row in _rows(contents, now)}
    for place, body in select(contents, SigningKeyBody):
        state = rows[place.environment, body.set, body.algorithm, body.kid]
        yield {
            "environment": place.environment,
            "key_set": body.set,
            "algorithm": body.algorithm,
            "kid": body.kid,
            "active_from": body.active_from,
            "published_until": body.published_until,
            "is_signing": state.partition(",")[0] == "signs",
            "is_published": body.published_until is None or body.published_until > now,
        }


def _report(rotations: Iterable[Rotation], *, as_json: bool) -> None:
    if as_json:
        show_document({"rotations": [asdict(done) for done in rotations]})
        return
    for done in rotations:
        place = f"{done.environment} {done.key_set} {done.algorithm}"
        if done.is_new:
            line = f"{done.kid} is published and signs from {_moment(done.active_from)}"
        else:
            line = f"{done.kid} is on its way already and signs from {_moment(done.active_from)}"
        sys.stdout.write(f"{place}: {line}\n")


def _moment(seconds: float) -> str:
    if not seconds:
        return "now on"
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="seconds")
