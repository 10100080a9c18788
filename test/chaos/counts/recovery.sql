-- How long after the end of its lease the job of a process that was killed was in the queue again, in milliseconds.
-- (When it runs depends on what waits before it.) Only where the server and the network stood by, from a second before,
-- and where somebody was there who could find it: a process that was not stopped, ending, or blocked by a job of its
-- own in the second that the promise gives.
with lost as (
  select l.job, l.claim, l.process, p.died,
         (select extract(epoch from max(pr.expires)) * 1000000 - epoch_micros from chaos.promises pr where pr.claim = l.claim) as over
  from chaos.clock, chaos.ledger l join chaos.processes p using (process)
  where l.ended is null and l.handed is null
    and exists (select from chaos.blows b where b.process = l.process and b.blow = 'SIGKILL of a process')
),
found as (
  select lost.over, lost.process, extract(epoch from next.at) * 1000000 - epoch_micros as taken_back
  from lost, chaos.clock, lateral (
    -- what the record did next, after it was given to this claim: progress is no move
    select m.at
    from chaos.moves m
    where m.job = lost.job and m.state <> 'active'
      and m.n > (select max(given.n) from chaos.moves given where given.job = lost.job and given.claim = lost.claim and given.state = 'active')
    order by m.n
    limit 1
  ) next
  -- else its last word had arrived, and its process died of nothing that concerned it
  where extract(epoch from next.at) * 1000000 - epoch_micros > lost.died
),
undisturbed as (
  select (taken_back - over) / 1000 as ms
  from found
  where not exists (select from chaos.blows b where b.process is null and b.at <= taken_back and b.over + 1000000 >= found.over)
    and exists (
      select from chaos.processes p
      where p.process <> found.process and p.since < found.over - 1000000
        and (p.died is null or p.died > found.over + 1000000)
        and not exists (
          select from chaos.blows b
          where b.process = p.process and b.at < found.over + 1000000
            and (b.blow = 'SIGTERM of a process' or b.over is null or b.over > found.over - 500000))
        and not exists (
          select from chaos.ledger l
          where l.process = p.process and l.kind = 'blocks' and l.attempt = 1
            and l.started < found.over + 1000000 and coalesce(l.ended, p.died, 9000000000000000) > found.over - 500000))
)
select count(*)::int as n, round(percentile_cont(0.5) within group (order by ms))::int as median, round(max(ms))::int as worst
from undisturbed;
