"""The console: what clinical informatics asks of the journal, as pages. Every look at it is a row of the journal."""
