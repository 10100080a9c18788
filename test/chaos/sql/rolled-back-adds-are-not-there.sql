-- No add whose transaction was rolled back is there.
select a.job, a.kind, a.process
from chaos.adds a
where a.verdict = 'rolled back' and exists (select from programma.jobs j where j.id = a.job);
