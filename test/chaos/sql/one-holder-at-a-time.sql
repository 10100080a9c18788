-- No two handlers held one job under live leases. A run holds its job until its handler ends, hands it over or is told
-- that it is lost, and no longer than the last promise that the server had made for its claim by the time the next run
-- began. (A run that begins after its own lease, because its process was stopped on the way, holds nothing.)
with live as (
  select l.*, (
    select extract(epoch from p.expires) * 1000000 - epoch_micros
    from chaos.promises p
    where p.claim = l.claim and extract(epoch from p.at) * 1000000 - epoch_micros <= l.started
    order by p.n desc
    limit 1) as promised
  from chaos.clock, chaos.ledger l
)
select a.job, a.kind, a.run as holder, a.process as holding, b.run as second, b.process as beginning,
       b.started - a.started as micros_after, a.ended - b.started as ended, a.handed - b.started as handed,
       a.lost - b.started as lost, a.reason,
       (select json_agg(json_build_array(round(extract(epoch from m.at) * 1000000 - epoch_micros - b.started), m.state, m.claim, m.run) order by m.n)
        from chaos.moves m where m.job = a.job) as moves,
       (select json_agg(json_build_array(round(extract(epoch from p.at) * 1000000 - epoch_micros - b.started),
                                         round(extract(epoch from p.expires) * 1000000 - epoch_micros - b.started)) order by p.n)
        from chaos.promises p where p.claim = a.claim) as promises
from chaos.clock, chaos.ledger a join live b on b.job = a.job and b.started > a.started and b.started < b.promised
where b.claim is distinct from a.claim
  and b.started < least(a.ended, a.handed, a.lost, (select p.died from chaos.processes p where p.process = a.process))
  and b.started < (
    select extract(epoch from p.expires) * 1000000 - epoch_micros
    from chaos.promises p
    where p.claim = a.claim and extract(epoch from p.at) * 1000000 - epoch_micros <= b.started
    order by p.n desc
    limit 1);
