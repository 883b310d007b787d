"""Authentication steps: what people are asked, one file per kind of step."""
