"""The library's database, HTTP side and event relay."""
