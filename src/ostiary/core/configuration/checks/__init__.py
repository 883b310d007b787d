"""What must hold between the objects of a configuration: one file per kind of object."""
