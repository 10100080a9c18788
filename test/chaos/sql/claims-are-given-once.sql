-- A claim was given to one process, which ran each of its jobs once; and the server remembers it.
select l.claim, l.job, count(*) as runs, array_agg(l.process) as processes
from chaos.ledger l
group by l.claim, l.job
having count(*) > 1
union all
select l.claim, null, count(*), array_agg(distinct l.process)
from chaos.ledger l
group by l.claim
having count(distinct l.process) > 1 or not exists (select from chaos.promises p where p.claim = l.claim);
