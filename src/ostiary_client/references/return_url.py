"""The way back to the server, which may lead nowhere else."""

from urllib.parse import urlencode

from ostiary_client.errors import ResumePathError
from ostiary_client.printable import printable
from ostiary_client.protocol.metadata import origin_of
from ostiary_client.protocol.references import REFERENCE

_NOT_IN_PATHS = frozenset("\\#\"'<> ")


def return_url(
    base_url: str, resume_path: str, reference: str | None = None, *, target: str | None = None
) -> str:
    """Return the URL at which a browser goes on at the server.

    Spec: PingFederate "Reference ID adapter" (resumePath).
    Args: resume_path comes with a browser, so anybody may have written it; reference is what was
        dropped off, None after a logout; target is `TargetResource`, where the server knows none.
    Raises: ResumePathError for everything but a path of that server.
    """
    is_path = resume_path.startswith("/") and not resume_path.startswith("//")
    is_clean = resume_path.isascii() and resume_path.isprintable()
    if not (is_path and is_clean and _NOT_IN_PATHS.isdisjoint(resume_path)):
        raise ResumePathError(
            f"{printable(resume_path)} is no path of the server",
            remedy="Take it as it came with the reference, and send nobody there otherwise",
        )
    given = {REFERENCE: reference, "TargetResource": target}
    query = urlencode({name: value for name, value in given.items() if value is not None})
    joint = "&" if "?" in resume_path else "?"
    return origin_of(base_url) + resume_path + (joint + query if query else "")
