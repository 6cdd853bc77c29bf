"""Pictures of exchange simulations: one account, and the symbols that it traded.

`info` says what is drawn, `page` draws it with Bokeh, `images` with Matplotlib. Both are imported
when something is drawn, not before.
"""
