"""One reader a topic: resources in, facts out."""
