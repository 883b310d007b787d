"""The HTTP edge: protocol, guard, routes, messages, bodies, credentials, CORS, error boundary."""
