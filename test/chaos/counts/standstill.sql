-- For each kind of blow that strikes everybody: how long until a job was claimed again, in milliseconds, once the server
-- answered again. Only in the first five seconds of each nine, since producers are quiet in the last three; and where
-- another blow fell before that, it does not count.
with all_at_once as (
  select b.blow, b.over, lead(b.at) over (order by b.at) as next_at from chaos.blows b where b.process is null
),
again as (
  select a.blow, (extract(epoch from m.at) * 1000000 - epoch_micros - a.over) / 1000 as ms
  from chaos.clock, all_at_once a, lateral (
    select m.at from chaos.moves m
    where m.state = 'active' and extract(epoch from m.at) * 1000000 - epoch_micros > a.over
    order by m.at limit 1
  ) m
  where (a.next_at is null or extract(epoch from m.at) * 1000000 - epoch_micros < a.next_at)
    and mod((a.over + epoch_micros)::bigint / 1000, 9000) < 5000
)
select blow, count(*)::int as n, round(percentile_cont(0.5) within group (order by ms))::int as median, round(max(ms))::int as worst
from again group by blow order by blow;
