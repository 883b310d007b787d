"""Protocol and identity logic: values in, values out; no HTTP, no SQL, no sockets."""
