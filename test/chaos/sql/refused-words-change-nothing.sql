-- Whatever a run said and the record took, was said under the claim that held the job at that moment. (Jobs that were
-- handed over are reported by id, by whoever has them.)
select m.job, m.was, m.state, m.claim as held_by, l.claim as said_by, l.process
from chaos.moves m join chaos.ledger l on l.run = m.run::uuid
where m.run is not null and l.kind <> 'handed' and l.claim <> m.claim;
