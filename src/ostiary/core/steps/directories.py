"""Which directories a step asks."""

from ostiary.core.model.policy import StepInstance


def directories_of(instance: StepInstance) -> tuple[str, ...]:
    """Return the keys that a step is set to; () for those of its environment."""
    named = instance.settings.get("directories", ())
    return tuple(map(str, named)) if isinstance(named, list | tuple) else ()
