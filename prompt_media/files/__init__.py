"""Files, on Django's side: taking them in, keeping them whole, caching layers, sending them out."""
