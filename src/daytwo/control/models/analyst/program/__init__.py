"""From a question to the program that answers it."""
