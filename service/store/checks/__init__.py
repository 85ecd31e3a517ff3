"""Hold what is derived against what it is derived from: indexes against records, lanes against queues.

Each record is judged by one short atomic function that answers what is wrong and mends it where that is asked for, so
that a running service neither waits nor is taken for a fault. Keys are found by SCAN, long ones are read in windows.
"""
