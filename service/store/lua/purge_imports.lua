-- Drop imports whose time is over. a: now_ms, keep
drop_old_imports(tag, a.now_ms, a.keep)
return {'ok'}
