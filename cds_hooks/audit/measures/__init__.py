"""What clinical informatics asks of the journal: each room one question, each answer counted by the database.

All figures are of one tenant and one window of time. What they are measured by: Wright and others, Clickbusters, JAMIA
2022 (volume, overrides); Orenstein and others, JAMIA 2021 (burden); Kassakian and others, JAMIA 2017 (control charts).
"""
