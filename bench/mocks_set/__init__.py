"""What `bench.mocks` runs: correct programs over real tables (`programs.txt`), and mutants with a model's mistakes."""
