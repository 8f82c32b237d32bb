"""The service as its users meet it: under load, with a long queue, with many who listen."""
