"""What we measure and against whom: every comparison is one run, turn by turn, and its ratios are what counts."""
