-- Every job is completed with the result of a run that there was, or failed because it was made to, with an error of
-- its own or a lease that ended.
select j.id, j.data ->> 'kind' as kind, j.state, j.attempts, j.result, j.errors -> -1 as last_error
from programma.jobs j
where case j.state
  when 'completed' then not exists (
    select from chaos.ledger l
    where l.job = j.id and l.run = (j.result ->> 'run')::uuid and j.data ->> 'kind' not in ('doomed', 'crashes'))
  when 'failed' then j.data ->> 'kind' not in ('doomed', 'crashes')
    or j.error_count < j.max_attempts or jsonb_array_length(j.errors) = 0
    or exists (
      select from jsonb_array_elements(j.errors) e
      where e ->> 'message' !~ '^(doomed|lease expired|lost by)')
  else true
end;
