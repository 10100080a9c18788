-- Returns when everything that is committed so far would survive a crash of the server: the transaction writes to the
-- log and so has to wait for it. (An assigned transaction id alone is not written, and flushes nothing.)
select pg_logical_emit_message(true, 'programma', '');
