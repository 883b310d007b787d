"""The peers' own programs: each a small server in the way that its documentation shows."""
