"""What `bench.state` measures: our way of keeping a namespace, and the others'."""
