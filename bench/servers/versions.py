"""Versions of installed Python packages."""

from collections.abc import Mapping
from importlib.metadata import version


def python_versions(*packages: str) -> Mapping[str, str]:
    """Return the installed version of each package."""
    return {package: version(package) for package in packages}
