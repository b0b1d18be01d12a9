"""What `bench.gate` runs: hostile programs (`programs.txt`), datasets of canaries, the scanner."""
