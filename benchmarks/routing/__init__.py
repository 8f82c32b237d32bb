"""Live routing measured: drawn snapshots, peers on the same pairs, exactness, service and pools."""
