"""PingOne's face: one environment per path, `/{environmentId}/as/...`."""
