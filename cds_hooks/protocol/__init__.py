"""CDS Hooks on the wire: schemas, strict JSON, requests, answers, errors. Knows no medicine."""
