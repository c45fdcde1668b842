"""From prefetched FHIR JSON to a Record: states of each key, sifting, typing, codes, dates, quantities."""
