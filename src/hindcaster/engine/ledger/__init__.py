"""The bar broker: a list of trades with FIFO netting or hedging, orders worked bar by bar."""
