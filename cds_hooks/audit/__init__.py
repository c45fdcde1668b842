"""The journal: one row per answer, kept before the answer is sent."""
