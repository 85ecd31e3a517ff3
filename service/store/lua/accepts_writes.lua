-- Writes nothing; a server that would refuse writes, for want of memory or as a replica, refuses this call as well.
return {'ok'}
