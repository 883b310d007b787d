"""Wire faces over the core, one room per vendor."""
