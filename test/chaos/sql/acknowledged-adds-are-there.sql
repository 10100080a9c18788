-- Every add that was acknowledged to its producer is there.
select a.job, a.kind, a.process
from chaos.adds a
where a.verdict = 'acknowledged' and not exists (select from programma.jobs j where j.id = a.job);
