-- older code: works
-- What makes jobs unique, and a way to add jobs from SQL: from triggers, and from other languages.

create table programma.unique_keys (
  key        uuid primary key,
  job_id     uuid not null,
  held_while text not null check (held_while in ('queued', 'unfinished', 'seconds')),
  held_until timestamptz
) with (fillfactor = 70, autovacuum_vacuum_scale_factor = 0.01, vacuum_truncate = off);

comment on table programma.unique_keys is
  'Which job has a unique key. Nothing that ends a job writes here: a row holds while its job is in the states of held_while (or until held_until), and is taken over by the next job with the key, or swept.';
comment on column programma.unique_keys.key is 'A hash of the topic and of what must be unique in it.';

-- Runs insert-unique-jobs.sql in a transaction that goes on after it, and undoes it when it was unsure: it takes its locks
-- in one order, but what it still held when it asks again, it would hold out of order. One statement for its caller, so
-- that nothing else can come between on a connection that is shared.
create function programma.undo_unsure(statement text, within boolean, document text, channel text) returns text
language plpgsql volatile
as $undo_unsure$
declare
  answer text;
begin
  begin
    execute statement into answer using within, document, channel;
    if answer::jsonb -> 'jobs' @> '[{"became": "unsure"}]' then
      raise exception 'unsure' using errcode = 'PU001';
    end if;
  exception when sqlstate 'PU001' then
    null;
  end;
  return answer;
end
$undo_unsure$;

-- Ids that grow with time: 48 bits of milliseconds before the chance of a random uuid, and the version 7.
create function programma.uuid_v7() returns uuid
language sql volatile parallel safe
return encode(
  set_bit(set_bit(
    overlay(uuid_send(gen_random_uuid())
            placing substring(int8send(floor(extract(epoch from clock_timestamp()) * 1000)::bigint) from 3)
            from 1 for 6),
    52, 1), 53, 1), 'hex')::uuid;

-- Adds a job as the verb addJob does, with the same checks, in the transaction that calls it; workers hear of it at the
-- commit. Returns its id or, with a unique key, the id of the job that is there.
-- It runs with the rights of its caller, who needs usage of the schema and select, insert, update on its tables.
create function programma.add_job(
  topic               text,
  data                jsonb            default null,
  attributes          jsonb            default null,
  run_after           timestamptz      default null,  -- wins over run_after_seconds
  run_after_seconds   double precision default 0,
  priority            integer          default 5,
  retry_after_seconds double precision default 30,
  max_attempts        integer          default null,
  id                  uuid             default null,
  unique_key          text             default null,
  unique_while        text             default 'unfinished',  -- or 'queued'
  unique_seconds      double precision default null,  -- unique for so long, whatever becomes of the job
  on_conflict         text             default 'ignore'  -- or 'replace', 'reschedule', 'reject'
) returns uuid
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $add_job$
#variable_conflict use_column
declare
  fault      text;
  new_id     uuid := coalesce(add_job.id, programma.uuid_v7());
  due        timestamptz;
  hashed     uuid;
  until      timestamptz;
  there      programma.unique_keys;
  was        text;
  lane       smallint;
  of_table   oid;
begin
  fault := case
    when add_job.topic is null or length(add_job.topic) not between 1 and 200
      then 'topic is a text of 1 to 200 characters'
    when add_job.priority is null or add_job.priority not between 0 and 9
      then 'priority is a whole number from 0 (first) to 9 (last)'
    when add_job.run_after is null and (add_job.run_after_seconds is null
      or not add_job.run_after_seconds between 0 and 2.5e11)
      then 'run_after_seconds is a number of seconds, 0 or more'
    when add_job.run_after not between '0001-01-01Z' and '9999-12-31 23:59:59.999999Z'
      then 'run_after lies between the years 1 and 9999'
    when add_job.retry_after_seconds is null or not add_job.retry_after_seconds between 1 and 316224000
      then 'retry_after_seconds is a number of seconds from 1 to ten years'
    when add_job.max_attempts not between 1 and 1000000
      then 'max_attempts is a whole number, 1 or more'
    when jsonb_typeof(add_job.attributes) <> 'object'
      then 'attributes is an object'
    when octet_length(add_job.data::text) > 16777216 or octet_length(add_job.attributes::text) > 16777216
      then 'data and attributes are 16 MB of JSON at the most'
    when octet_length(add_job.data::text) > 1000
      and jsonb_path_exists(add_job.data, 'strict $.**{1000 to last} ? (@.type() == "array" || @.type() == "object")')
      then 'data is nested more than 1000 levels deep'
    when add_job.unique_while is null or add_job.unique_while not in ('queued', 'unfinished')
      then 'unique_while is ''queued'' or ''unfinished'' (or give unique_seconds)'
    when not add_job.unique_seconds between 0.001 and 316224000
      then 'unique_seconds is a number of seconds above 0'
    when add_job.on_conflict is null or add_job.on_conflict not in ('ignore', 'replace', 'reschedule', 'reject')
      then 'on_conflict is ''ignore'', ''replace'', ''reschedule'' or ''reject'''
  end;
  if fault is not null then
    raise exception 'add_job(%): %', coalesce(add_job.topic, 'null'), fault using errcode = 'invalid_parameter_value';
  end if;
  lane := add_job.priority;
  due := coalesce(add_job.run_after, clock_timestamp() + add_job.run_after_seconds * interval '1 second');
  until := clock_timestamp() + add_job.unique_seconds * interval '1 second';
  perform from programma.jobs j where j.id = new_id;
  if found then
    return new_id;
  end if;

  if add_job.unique_key is not null then
    -- as lib/job/unique.ts reckons it for a key that is a text
    hashed := encode(substring(sha256(
      convert_to(add_job.topic, 'UTF8') || '\x00'::bytea || convert_to('s' || add_job.unique_key, 'UTF8')) for 16), 'hex')::uuid;
    -- As insert-unique-jobs.sql, but each step is a statement with a snapshot of its own: what somebody else was
    -- faster in is looked at again.
    loop
      select k.* into there from programma.unique_keys k where k.key = hashed;
      if not found then
        insert into programma.unique_keys (key, job_id, held_while, held_until)
        values (hashed, new_id, case when until is null then add_job.unique_while else 'seconds' end, until)
        on conflict (key) do nothing;
        exit when found;
        continue;
      end if;
      select j.state into was from programma.jobs j where j.id = there.job_id;
      if was = 'created'
        and (there.held_until is null or there.held_until > clock_timestamp())
        and add_job.on_conflict in ('replace', 'reschedule')
      then
        update programma.queue q
        set run_after = due, priority = case add_job.on_conflict when 'replace' then lane else q.priority end
        from (select j.id, j.topic, j.priority, j.run_after from programma.jobs j
              where j.id = there.job_id and j.state = 'created' for no key update) j
        where q.topic = j.topic and q.priority = j.priority and q.run_after = j.run_after and q.id = j.id;
        continue when not found;
        update programma.jobs j
        set run_after = due,
            priority = case add_job.on_conflict when 'replace' then lane else j.priority end,
            retry_after_seconds = case add_job.on_conflict when 'replace' then add_job.retry_after_seconds else j.retry_after_seconds end,
            max_attempts = case add_job.on_conflict when 'replace' then add_job.max_attempts else j.max_attempts end,
            attempts = case add_job.on_conflict when 'replace' then 0 else j.attempts end,
            attributes = case add_job.on_conflict when 'replace' then add_job.attributes else j.attributes end,
            data = case add_job.on_conflict when 'replace' then add_job.data else j.data end
        where j.id = there.job_id
        returning j.id, j.tableoid into new_id, of_table;
        exit;
      end if;
      if (there.held_until > clock_timestamp() and was <> 'cancelled')
        or (there.held_until is null and (was = 'created'
            or (there.held_while = 'unfinished' and was in ('active', 'processing'))))
      then
        if add_job.on_conflict = 'reject' then
          raise exception 'add_job(%): a job with this unique key is there already: %', add_job.topic, there.job_id
            using errcode = 'unique_violation';
        end if;
        return there.job_id;
      end if;
      update programma.unique_keys k
      set job_id = new_id, held_while = case when until is null then add_job.unique_while else 'seconds' end,
          held_until = until
      where k.key = hashed and k.job_id = there.job_id;
      exit when found;
    end loop;
  end if;

  if of_table is null then
    insert into programma.jobs as j (id, topic, priority, retry_after_seconds, max_attempts, run_after, created_at, attributes, data)
    values (new_id, add_job.topic, lane, add_job.retry_after_seconds, add_job.max_attempts, due, clock_timestamp(),
            add_job.attributes, add_job.data)
    on conflict (id) do nothing
    returning j.tableoid into of_table;
    if not found then
      return new_id;
    end if;
    insert into programma.queue (topic, priority, run_after, id) values (add_job.topic, lane, due, new_id);
  end if;

  if due <= clock_timestamp() + interval '1 hour' then
    -- the channel and the message of lib/notify/message.ts; the schema's name by way of the table, wherever it lies
    perform pg_notify(
      'programma_' || md5(convert_to(n.nspname::text, 'UTF8')),
      json_build_object('from', '', 'kind', 'added', 'topic', add_job.topic,
                        'dueMicros', (extract(epoch from due) * 1000000)::float8,
                        'waitMs', extract(epoch from due - clock_timestamp())::float8 * 1000)::text)
    from pg_class c join pg_namespace n on n.oid = c.relnamespace
    where c.oid = of_table;
  end if;
  return new_id;
end
$add_job$;
