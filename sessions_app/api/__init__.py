"""The API's doors: read, call, answer."""
