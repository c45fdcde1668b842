"""Flask routes: thin, no medicine."""
