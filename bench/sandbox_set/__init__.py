"""What `bench.sandbox` measures: our sandboxes, their peers, and what is left behind."""
