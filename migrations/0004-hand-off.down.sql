drop function programma.add_to_attributes(uuid, jsonb);
drop function programma.move_job_to_processing(uuid, double precision, text, jsonb);
drop function programma.move_job_to_failed(uuid, text);
drop function programma.move_job_to_done(uuid, jsonb);
drop function programma.take_job(uuid);
alter table programma.claims drop column fails;
