import pg from 'pg';
import { Programma } from 'programma/engine';

const pool = new pg.Pool({ connectionString: process.env.DATABASE_URL });
const programma = new Programma({ connectionString: process.env.DATABASE_URL });
programma.processJobs<{ id: number; email: string }>({ topicName: 'customer.welcome', completion: 'auto' }, (job) => {
  console.log(`welcome, ${job.data.email}`);
});
await programma.start();

await pool.query(`
  create table customers (id serial primary key, email text not null);

  create function welcome_customer() returns trigger language plpgsql as $$
  begin
    perform programma.add_job('customer.welcome', jsonb_build_object('id', new.id, 'email', new.email));
    return new;
  end $$;

  create trigger welcome_customer after insert on customers
  for each row execute function welcome_customer();
`);

// Whoever writes customers (psql, an import, a program in any language) adds the job with them; here, nobody does else.
await pool.query("insert into customers (email) values ('ada@example.org')");
const { jobs } = await programma.listJobs({ topic: 'customer.welcome' });
await programma.waitForJob(String(jobs[0]?.id));

// The checks are those of addJob.
await pool
  .query("select programma.add_job('customer.welcome', priority => 12)")
  .catch(({ message }) => console.log(message));

await programma.shutdown();
await pool.end();
