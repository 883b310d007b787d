"""What leaves the process: events to logs and metrics."""
