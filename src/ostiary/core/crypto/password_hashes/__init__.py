"""Forms of password hashes: one file per form, each read and computed there."""
