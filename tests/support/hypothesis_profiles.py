"""How Hypothesis searches: the same inputs in every run, unless somebody wants to look further."""

import os

from hypothesis import HealthCheck, Phase, settings

_VARIABLE = "OSTIARY_HYPOTHESIS"
_SLOW_MACHINES = (HealthCheck.too_slow, HealthCheck.data_too_large)


def choose_profile() -> None:
    """Search as OSTIARY_HYPOTHESIS says: `steady` (the default) or `wide`."""
    settings.register_profile(
        "steady",
        deadline=None,
        derandomize=True,
        database=None,
        max_examples=100,
        suppress_health_check=_SLOW_MACHINES,
        # Explanations trace every line, which costs more than the whole search.
        phases=(Phase.explicit, Phase.generate, Phase.shrink),
    )
    settings.register_profile(
        "wide",
        deadline=None,
        max_examples=1000,
        suppress_health_check=_SLOW_MACHINES,
        print_blob=True,
    )
    settings.load_profile(os.environ.get(_VARIABLE, "steady"))
