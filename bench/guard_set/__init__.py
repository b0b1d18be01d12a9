"""The corpora of bench/guard: risky programs of our own, ordinary ones from the installed libraries."""
