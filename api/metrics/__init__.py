"""What the service tells Prometheus about itself; never about whom or what it works for."""
