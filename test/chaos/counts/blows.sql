-- For each kind of blow: how many fell, and how many while an add, a claim, a settle of whom they struck was in flight.
select b.blow, count(*)::int as fell,
       count(*) filter (where hit.acts @> array['add'])::int as add,
       count(*) filter (where hit.acts @> array['claim'])::int as claim,
       count(*) filter (where hit.acts @> array['settle'])::int as settle
from chaos.blows b, lateral (
  select array_agg(distinct s.act) as acts
  from chaos.statements s
  where s.began <= b.at and s.began > b.at - 40000000 and s.ended >= b.at
    and (b.process is null or s.process = b.process)
) hit
group by b.blow
order by b.blow;
