-- What the struck server itself testifies, in the transaction in which it happens: every move of a job with the mark
-- of the run that spoke, every promise, and the effects of handlers.
create schema chaos;

create sequence chaos.claim;

create table chaos.moves (
  n bigserial, at timestamptz default clock_timestamp(), job uuid, was text, state text, claim uuid, run text
);

create table chaos.promises (n bigserial, at timestamptz default clock_timestamp(), claim uuid, expires timestamptz);

create table chaos.effects (job uuid, run uuid);

-- The mark of the run in what it said: a result, a progress, or the last error.
create function chaos.mark(old programma.jobs, new programma.jobs) returns text language sql as $$
  select case
    when new.result is distinct from old.result then new.result ->> 'run'
    when new.progress is distinct from old.progress then new.progress ->> 'run'
    when new.error_count is distinct from old.error_count then substring(new.errors -> -1 ->> 'message' from 'run=([0-9a-f-]+)')
  end
$$;

create function chaos.note_move() returns trigger language plpgsql as $$
begin
  insert into chaos.moves (job, was, state, claim, run)
  values (new.id, case when tg_op = 'UPDATE' then old.state end, new.state, new.claim_id,
          case when tg_op = 'UPDATE' then chaos.mark(old, new) end);
  return null;
end $$;

create trigger note_insert after insert on programma.jobs for each row execute function chaos.note_move();

create trigger note_update after update on programma.jobs for each row
  when (old.state is distinct from new.state or old.progress is distinct from new.progress)
  execute function chaos.note_move();

create function chaos.note_promise() returns trigger language plpgsql as $$
begin
  -- What the breaker puts off, because somebody has locked it, is no promise.
  if new.expires_at >= now() + new.lease * interval '1 second' then
    insert into chaos.promises (claim, expires) values (new.id, new.expires_at);
  end if;
  return null;
end $$;

create trigger note_promise after insert or update of expires_at on programma.claims
  for each row execute function chaos.note_promise();
