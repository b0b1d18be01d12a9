"""Both planes in one process, which die at crash points and are rebuilt from what was durable, thousands of times."""
