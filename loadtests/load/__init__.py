"""Load on a running service by Locust's users, in shapes that cities know, held against goals.

`shapes` says who comes and when, `users` what they do, `record` what they note. The command starts a service and a
hostile receiver, watches both, and holds everything acknowledged against what is there when the load has gone.
"""
