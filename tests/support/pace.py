"""A pace for tests that do not look at the time."""

from ostiary.adapters.steady_pace import SteadyPace

QUICK = SteadyPace(0.001)
