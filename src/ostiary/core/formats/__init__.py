"""Message formats that are signed or encoded: JWT today."""
