"""Pictures in a real, headless browser."""
