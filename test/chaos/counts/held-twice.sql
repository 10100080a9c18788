-- How many jobs two handlers of different processes really had at once: one of them beyond its lease.
select count(distinct a.job)::int as n
from chaos.ledger a join chaos.ledger b on b.job = a.job and b.process <> a.process and b.started > a.started
where a.ended > b.started;
