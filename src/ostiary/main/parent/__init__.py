"""The parent process: owns the sockets, keeps the workers, answers probes; no product code."""
