"""The same consultation over a whole population: from a FHIR Bulk Data export to one row a patient, and its summary."""
