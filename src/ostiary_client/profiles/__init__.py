"""How a client is set up outside of programs: arguments, environment variables, and a file."""

from ostiary_client.profiles.load import Profile, load_profile

__all__ = ["Profile", "load_profile"]
