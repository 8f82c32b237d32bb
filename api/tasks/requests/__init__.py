"""What can be asked for: one record per kind of job, the way it stands in JSON."""
