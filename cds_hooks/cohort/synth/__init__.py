"""Made-up populations in the form of a FHIR Bulk Data export, for load and for trying a cohort run. Nobody is real."""
