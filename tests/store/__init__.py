"""The candle store, its imports and bridges."""
