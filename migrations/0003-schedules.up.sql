-- older code: works
-- Recurring jobs: what recurs, when it is due next, and by whom it was declared.

create table programma.schedules (
  name                text collate "C" primary key check (length(name) between 1 and 200),
  topic               text collate "C" not null check (length(topic) between 1 and 200),
  -- one of the two
  pattern             text,
  every_seconds       double precision check (every_seconds >= 1),
  time_zone           text not null default 'UTC',
  missed              text not null default 'once' check (missed in ('skip', 'once', 'all')),
  overlap             text not null default 'queue' check (overlap in ('skip', 'queue')),
  starts_at           timestamptz,
  ends_at             timestamptz,
  -- how many runs it was given, and how many of them are left; null: no end
  max_runs            integer,
  remaining           integer,
  priority            smallint not null default 5 check (priority between 0 and 9),
  retry_after_seconds double precision not null default 30 check (retry_after_seconds >= 1),
  max_attempts        integer,
  data                jsonb,
  -- the next tick; null: there is none any more
  next_at             timestamptz,
  last_at             timestamptz,
  last_job_id         uuid,
  paused              boolean not null default false,
  -- declared by code: it rests once no process has declared it any more for a while; null: added at run time
  declared_until      timestamptz,
  created_at          timestamptz not null default now(),
  check ((pattern is null) <> (every_seconds is null))
);

create index schedules_next_at on programma.schedules (next_at) where next_at is not null;

comment on table programma.schedules is 'What recurs. A tick becomes a job in the statement that moves next_at on, so that the whole fleet runs it once.';

alter table programma.jobs add column tick timestamptz;
comment on column programma.jobs.tick is 'Of a recurring job: the moment that its schedule named, which retries do not move.';
