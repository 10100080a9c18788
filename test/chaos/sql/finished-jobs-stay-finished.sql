-- No job made a move that is none of the legal ones, and nothing that was finished moved again.
select m.job, m.was, m.state, m.at
from chaos.moves m
where m.was is not null and m.was <> m.state
  and (m.was, m.state) not in (
    ('created', 'active'), ('created', 'processing'), ('created', 'completed'), ('created', 'failed'),
    ('active', 'created'), ('active', 'processing'), ('active', 'completed'), ('active', 'failed'),
    ('processing', 'created'), ('processing', 'completed'), ('processing', 'failed'));
