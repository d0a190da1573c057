"""Accuracy and speed, against peers and against the floor; ``python -m benchmarks.run`` prints the table."""
