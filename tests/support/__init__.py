"""What the whole-path tests share: story authoring, the prefetch of an EHR, the running service."""
