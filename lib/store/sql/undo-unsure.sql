-- insert-unique-jobs in a transaction that goes on after it: undone when it was unsure (migration 0002).
-- $1 the text of that statement; $2, $3, $4 its parameters.
select programma.undo_unsure($1::text, $2::boolean, $3::text, $4::text) as answer;
