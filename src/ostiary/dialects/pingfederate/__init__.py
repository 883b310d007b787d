"""PingFederate's face: `/as/*.oauth2`, `/pf/*`, `/ext/*` and the well-known documents."""
