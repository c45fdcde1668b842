"""Long proofs that no test run waits for: `make soak`, or `python -m soak PART`. Each part writes its figures."""
