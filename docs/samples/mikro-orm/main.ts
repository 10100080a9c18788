import { EntitySchema, MikroORM } from '@mikro-orm/postgresql';
import { Programma } from 'programma/engine';
import { fromMikroOrm } from 'programma/transaction/mikro-orm';

class Order {
  id!: number;
  constructor(readonly name: string) {}
}
const orders = new EntitySchema<Order>({
  class: Order,
  properties: { id: { type: 'number', primary: true, autoincrement: true }, name: { type: 'text' } },
});
const orm = await MikroORM.init({ clientUrl: String(process.env.DATABASE_URL), entities: [orders] });
await orm.schema.createSchema();
const programma = new Programma({ connectionString: process.env.DATABASE_URL });
await programma.start();

const id = await orm.em.fork().transactional(async (em) => {
  const order = em.create(orders, new Order('a bicycle'));
  await em.flush();
  return programma.addJob('order.placed', { data: { orderId: order.id } }, { tx: fromMikroOrm(em) });
});
console.log((await programma.getJob(id))?.data);

// The trap: an EntityManager's connection runs outside of its transaction. The compiler refuses it, and so does addJob.
await orm.em.fork().transactional(async (em) => {
  // @ts-expect-error it has no getTransactionContext
  await programma.addJob('x', {}, { tx: fromMikroOrm(em.getConnection()) }).catch(({ name }) => console.log(name));
});

await programma.shutdown();
await orm.close();
