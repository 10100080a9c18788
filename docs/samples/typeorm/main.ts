import { Programma } from 'programma/engine';
import { fromTypeOrm } from 'programma/transaction/typeorm';
import { DataSource, EntitySchema } from 'typeorm';

const Order = new EntitySchema<{ id: number; name: string }>({
  name: 'Order',
  columns: { id: { type: 'int', primary: true, generated: true }, name: { type: 'text' } },
});
const url = String(process.env.DATABASE_URL);
const dataSource = await new DataSource({ type: 'postgres', url, entities: [Order], synchronize: true }).initialize();
const programma = new Programma({ connectionString: url });
await programma.start();

const id = await dataSource.transaction(async (em) => {
  const order = await em.save(Order, { name: 'a bicycle' });
  return programma.addJob('order.placed', { data: { orderId: order.id } }, { tx: fromTypeOrm(em) });
});
console.log((await programma.getJob(id))?.data);

// A QueryRunner is as good, between startTransaction and its end. The DataSource's own manager is in no transaction:
await programma.addJob('x', {}, { tx: fromTypeOrm(dataSource.manager) }).catch(({ name }) => console.log(name));

await programma.shutdown();
await dataSource.destroy();
