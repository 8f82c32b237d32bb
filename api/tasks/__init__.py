"""What jobs do: functions from a request to its results, the same in whatever process they run."""
