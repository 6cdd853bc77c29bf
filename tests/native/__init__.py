"""The compiler of strategies: what it refuses, leaves, keeps and computes."""
