"""Names of reference adapters that would be mistaken for what the server itself says."""

from collections.abc import Iterator

from ostiary.core.configuration.checks.subject import Subject, reference_adapters
from ostiary.core.configuration.problems import Path, Problem, error
from ostiary.core.configuration.schema import ReferenceAdapterSettings
from ostiary.core.model.reference_targets import ANY, has_parameter


def check_attributes(subject: Subject) -> Iterator[Problem]:
    """Refuse attributes whose names are the server's own at pick-up."""
    said = subject.vocabulary.said_attributes
    for placed in reference_adapters(subject):
        for index, name in enumerate(placed.adapter.attributes):
            if name in said:
                path: Path = (*placed.path, "attributes", index)
                yield error(path, f'"{name}" is what the server itself says there')


def check_parameters(subject: Subject) -> Iterator[Problem]:
    """Refuse pages that have a parameter already which the server adds."""
    carried = subject.vocabulary.carried_parameters
    for placed in reference_adapters(subject):
        for place, url in _pages(placed.adapter):
            if has_parameter(url.removesuffix(ANY), carried):
                message = "has a parameter already that the server adds"
                hint = f"it adds {' and '.join(sorted(carried))}, in whatever case"
                yield error((*placed.path, *place), message, hint)


def _pages(adapter: ReferenceAdapterSettings) -> Iterator[tuple[Path, str]]:
    for name in ("endpoint", "logout_endpoint"):
        url = getattr(adapter, name)
        if url is not None:
            yield (name,), url
    for index, target in enumerate(adapter.targets):
        yield ("targets", index), target
