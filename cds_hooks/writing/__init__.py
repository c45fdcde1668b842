"""From a consultation to CDS Hooks cards."""
