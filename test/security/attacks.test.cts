import { attacks } from './attacks.cts';

it.each(attacks.map((attack) => [attack.id, attack.title, attack.run] as const))('%s: %s', async (_id, _title, run) => await run());
