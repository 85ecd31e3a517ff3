"""The methods that `bench_matching.py` runs side by side, and what judges, sums up and shows them."""
