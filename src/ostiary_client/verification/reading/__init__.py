"""Reading what a stranger sent, strictly; nothing of it is believed yet."""
