"""PingOne's management API: `/v1/environments/{environmentId}/...`."""
