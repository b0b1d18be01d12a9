"""What `bench.containment` tries: hostile programs (tests/redteam/attempts), ordeals, and the host's state."""
