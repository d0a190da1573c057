"""The commands, one module each: ``add`` declares it, its ``run`` calls the rooms and prints; no logic."""
