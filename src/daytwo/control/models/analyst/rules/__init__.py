"""Rules that turn the words of a question into parts: chunks, figures, filters, groups."""
