"""What the benchmark of the correction loop is made of."""
