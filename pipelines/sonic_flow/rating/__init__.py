"""People score a clip from 1 to 5: statistics, page, what is kept, a controller for CustomRuns."""
