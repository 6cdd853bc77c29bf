"""Pictures of runs and of parameter searches.

`info` and what it calls compute plain data: what is drawn, and what was aggregated for it. `bokeh`
puts the page together, `sections` draws its parts, `heatmaps` those of searches, `output` writes
files. `report` is the page of `Backtest.report`. Bokeh is imported when something is drawn, not
before.
"""
