"""One file a case; each registers its command with :func:`benchmarks.registry.case`."""
