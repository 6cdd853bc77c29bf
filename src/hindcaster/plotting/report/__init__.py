"""The report of a run: one page with statistics, pictures and tables.

`info` computes plain data, of which `provenance` has the parameters and where the numbers come
from; `figures` draws with Bokeh, `page` puts the page together. Bokeh is imported when a report is
written, not before.
"""
