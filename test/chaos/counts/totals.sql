-- What the run amounts to.
select
  (select count(*)::int from programma.jobs) as jobs,
  (select count(*)::int from programma.jobs where state = 'completed') as completed,
  (select count(*)::int from programma.jobs where state = 'failed') as failed,
  (select count(*)::int from chaos.ledger) as runs,
  (select count(*)::int from chaos.adds where verdict = 'acknowledged') as acknowledged,
  (select count(*)::int from chaos.adds where verdict = 'rolled back') as rolled_back,
  (select count(*)::int from chaos.adds where verdict = 'unknown') as unknown,
  (select count(*)::int from chaos.processes) as processes,
  (select count(*)::int from chaos.ledger where reason = 'LeaseLostError') as leases_lost;
