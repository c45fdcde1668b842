"""What leaves the journal as files: feedback for certified EHRs, decisions, FHIR resources, a de-identified extract.

People stand in every export under their pseudonyms, unless somebody asks for their names with a reason. Rows are read
and written one by one: a journal may hold more than memory does. That something was exported is journaled first.
"""
