"""Live routing: who may take a ticket, what that is worth, and the best match of all."""
