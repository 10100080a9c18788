-- older code: works
-- What a job becomes when the broker that it was handed to loses it, and the verbs by id for workers that have nothing
-- but SQL.

alter table programma.claims add column fails boolean not null default false;

comment on column programma.claims.fails is 'What it holds fails when its time is over, instead of going back into the queue.';

-- Takes an unfinished job out of what holds it (its queue row, or its place in a claim), and answers its state before;
-- null: it is finished, or unknown. The record stays locked: record first, then what holds it, as everybody does.
create function programma.take_job(id uuid) returns text
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $take_job$
#variable_conflict use_column
declare
  job  programma.jobs;
  left_open int;
begin
  select j.* into job from programma.jobs j
  where j.id = take_job.id and j.state in ('created', 'active', 'processing')
  for no key update;
  if not found then
    return null;
  end if;
  if job.state = 'created' then
    delete from programma.queue q
    where q.topic = job.topic and q.priority = job.priority and q.run_after = job.run_after and q.id = job.id;
  else
    update programma.claims c set open = c.open - 1 where c.id = job.claim_id returning c.open into left_open;
    if left_open <= 0 then
      delete from programma.claims c where c.id = job.claim_id;
    end if;
  end if;
  return job.state;
end
$take_job$;

-- The verb moveJobToDone: completes an unfinished job. False: it is finished already, or unknown.
create function programma.move_job_to_done(id uuid, result jsonb default null) returns boolean
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $move_job_to_done$
#variable_conflict use_column
begin
  if programma.take_job(move_job_to_done.id) is null then
    return false;
  end if;
  update programma.jobs j
  set state = 'completed', finished_at = now(), result = move_job_to_done.result
  where j.id = move_job_to_done.id;
  return true;
end
$move_job_to_done$;

-- The verb moveJobToFailed: fails an unfinished job for good.
create function programma.move_job_to_failed(id uuid, error text default 'moved to failed by SQL') returns boolean
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $move_job_to_failed$
#variable_conflict use_column
begin
  if programma.take_job(move_job_to_failed.id) is null then
    return false;
  end if;
  update programma.jobs j
  set state = 'failed', finished_at = now(), failed_at = now(), error_count = j.error_count + 1,
      errors = (case when jsonb_array_length(j.errors) >= 20 then j.errors - 0 else coalesce(j.errors, '[]') end)
               || jsonb_build_array(jsonb_build_object(
                    'attempt', j.attempts, 'at', now(), 'name', 'Error',
                    'message', left(coalesce(move_job_to_failed.error, ''), 16384)))
  where j.id = move_job_to_failed.id;
  return true;
end
$move_job_to_failed$;

-- The verb moveJobToProcessing: somebody else has the job now, for so many seconds; said again, its time begins anew.
-- timeout_seconds null: it is never taken back. progress null: nothing new.
create function programma.move_job_to_processing(
  id              uuid,
  timeout_seconds double precision default 3600,
  worker          text             default 'by hand',
  progress        jsonb            default null
) returns boolean
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $move_job_to_processing$
#variable_conflict use_column
declare
  was     text;
  promise uuid := gen_random_uuid();
begin
  if move_job_to_processing.timeout_seconds <= 0 or move_job_to_processing.timeout_seconds > 1e10
    or move_job_to_processing.worker is null then
    raise exception 'move_job_to_processing(%): timeout_seconds is a number above 0 or null, and worker is a text',
      move_job_to_processing.id using errcode = 'invalid_parameter_value';
  end if;
  was := programma.take_job(move_job_to_processing.id);
  if was is null then
    return false;
  end if;
  insert into programma.claims (id, worker, lease, expires_at, job_ids, open)
  values (promise, move_job_to_processing.worker, coalesce(move_job_to_processing.timeout_seconds, 'Infinity'),
          coalesce(now() + move_job_to_processing.timeout_seconds * interval '1 second', 'infinity'),
          array[move_job_to_processing.id], 1);
  update programma.jobs j
  set state = 'processing', claim_id = promise, started_at = coalesce(j.started_at, now()),
      attempts = case was when 'created' then j.attempts + 1 else j.attempts end,
      progress = coalesce(move_job_to_processing.progress, j.progress)
  where j.id = move_job_to_processing.id;
  return true;
end
$move_job_to_processing$;

-- The verb addToAttributes, of several keys at once and in every state. False: the job is unknown.
create function programma.add_to_attributes(id uuid, attributes jsonb) returns boolean
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $add_to_attributes$
#variable_conflict use_column
begin
  if jsonb_typeof(add_to_attributes.attributes) is distinct from 'object' then
    raise exception 'add_to_attributes(%): attributes is an object', add_to_attributes.id
      using errcode = 'invalid_parameter_value';
  end if;
  update programma.jobs j set attributes = coalesce(j.attributes, '{}') || add_to_attributes.attributes
  where j.id = add_to_attributes.id;
  return found;
end
$add_to_attributes$;
