"""Directories: where users come from; `core/ports/directory.py` says what each must do."""
