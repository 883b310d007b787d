"""What a configuration file may say, what it leaves to be understood, and whether it is sound."""
