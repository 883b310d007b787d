"""What serving processes share: settings, listeners, the line between parent and worker."""
