-- A job that completes within its handler's transaction has its effect once, and by the run that completed it.
select j.id, j.result ->> 'run' as completed_by, array_agg(e.run) as effects
from programma.jobs j left join chaos.effects e on e.job = j.id
where j.data ->> 'kind' = 'within'
group by j.id
having count(e.run) <> 1 or min(e.run::text) <> j.result ->> 'run';
