-- The database's time, in milliseconds since 1970: the only clock that decides when something recurs.
select extract(epoch from clock_timestamp())::float8 * 1000 as now_ms;
