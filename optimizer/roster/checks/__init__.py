"""The rules in plain Python, for the verifier: no solver, and no code shared with one."""
