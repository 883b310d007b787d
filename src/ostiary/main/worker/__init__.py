"""A worker process: serves on inherited sockets, follows the store, drains without loss."""
