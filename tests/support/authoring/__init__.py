"""Writers of synthetic charts. Each style module renders the same tumour as another kind of system would."""
