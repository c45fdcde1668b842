"""What only the demo serves: the read-only FHIR server over the fixtures and the try-it page."""
