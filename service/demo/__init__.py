"""`carpool demo`: a city's morning through the running service, from offers to signed webhooks and a map.

Nothing here reaches into the service: it starts it as a user would, and talks to it over HTTP.
"""
