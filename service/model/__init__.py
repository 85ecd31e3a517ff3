"""The records that the service keeps, and the drafts they are made from."""
