"""Words that every floor above speaks: errors, identifiers, secrets, time, scopes, parameters."""
