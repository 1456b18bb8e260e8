"""Published weight files: the catalogue, the store that fetches and verifies them, strict loading."""
