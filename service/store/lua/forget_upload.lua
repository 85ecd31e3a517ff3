-- Forget an import that has not come in whole. a: id
if field(K.import(tag, a.id), 'status') == 'uploading' then forget_import(tag, a.id) end
return {'ok'}
