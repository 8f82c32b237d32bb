"""The parts of `callboard bench staffing`: reference rows, a peer, and a week of groups."""
