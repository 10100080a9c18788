-- older code: works
-- The record of every job, what waits, who holds what, and which topics rest.
--
-- Three tables carry a job's life, so that each of them stays good at one thing:
--   jobs    the record: written when the job is added, read by people, removed by retention;
--   queue   what waits to be claimed, now or at a later time: narrow, so that the claim stays fast;
--   claims  the promises: one row for each batch of jobs that a worker has taken.

create table programma.jobs (
  -- What changes while a job lives stands first and `data` last: an update then logs neither its head nor its tail.
  id                  uuid primary key,
  run_after           timestamptz not null default now(),
  created_at          timestamptz not null default now(),
  claim_id            uuid,
  started_at          timestamptz,
  finished_at         timestamptz,
  failed_at           timestamptz,
  cancelled_at        timestamptz,
  retry_after_seconds double precision not null default 30 check (retry_after_seconds >= 1),
  attempts            integer not null default 0,
  max_attempts        integer,
  releases            integer not null default 0,
  error_count         integer not null default 0,
  priority            smallint not null default 5 check (priority between 0 and 9),
  state               text collate "C" not null default 'created'
                      check (state in ('created', 'active', 'processing', 'completed', 'failed', 'cancelled')),
  topic               text collate "C" not null check (length(topic) between 1 and 200),
  attributes          jsonb,
  progress            jsonb,
  result              jsonb,
  errors              jsonb,
  data                jsonb
) with (
  -- Room on every page for the new version of a claimed row, so that a claim touches no index (a HOT update).
  fillfactor = 45,
  autovacuum_vacuum_scale_factor = 0.01,
  autovacuum_vacuum_insert_scale_factor = 0.05,
  vacuum_truncate = off
);

-- No index, nor any index's WHERE, names a column that changes while a job lives (state, claim_id, attempts,
-- run_after): PostgreSQL would then have to touch every index at each claim.
-- uuid_send(id) sorts as id does, and is not id: on tables that statistics call empty, an index that has id as its
-- second column costs the planner no more than the primary key, and a look by id would then read all of it.
create index jobs_topic_id    on programma.jobs (topic, uuid_send(id));
create index jobs_completed   on programma.jobs (topic, finished_at)
  where finished_at is not null and failed_at is null and cancelled_at is null;
create index jobs_failed      on programma.jobs (topic, failed_at) where failed_at is not null;
create index jobs_cancelled   on programma.jobs (topic, cancelled_at) where cancelled_at is not null;

comment on table programma.jobs is 'One row a job, from the moment it is added until retention removes it.';
comment on column programma.jobs.claim_id is 'The claim that holds the job (active, processing), or held it last; empty when its lease was lost. Every write about a running job tests it.';
comment on column programma.jobs.releases is 'How often a shutdown has given the job back without spending an attempt.';
comment on column programma.jobs.errors is 'The last 20 errors; error_count says how many there were.';

create table programma.queue (
  topic     text collate "C" not null,
  priority  smallint not null,
  run_after timestamptz not null,
  id        uuid not null,
  primary key (topic, priority, run_after, id)
) with (autovacuum_vacuum_scale_factor = 0.01, vacuum_truncate = off);

comment on table programma.queue is 'What waits to be claimed: a job is here if and only if its state is created.';

create table programma.claims (
  -- Random, never drawn from a sequence: a sequence may give the same number twice after a crash, and this
  -- number is what keeps a worker that came back too late from writing.
  id         uuid primary key default gen_random_uuid(),
  expires_at timestamptz not null,
  lease      double precision not null,
  open       integer not null,
  worker     text not null,
  job_ids    uuid[] not null
) with (fillfactor = 70, autovacuum_vacuum_scale_factor = 0.01, vacuum_truncate = off);

create index claims_expires_at on programma.claims (expires_at);

comment on table programma.claims is 'Who holds which jobs, and until when. Past expires_at, anybody may take them back.';
comment on column programma.claims.lease is 'Seconds that a renewal adds.';
comment on column programma.claims.open is 'How many of job_ids are not settled yet.';

create table programma.topics (
  topic     text collate "C" primary key,
  paused    boolean not null default false,
  paused_at timestamptz
);

comment on table programma.topics is 'What was said about a topic as a whole. A topic needs no row to be used.';
