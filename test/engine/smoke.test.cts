import Fastify from 'fastify';
import { runNode, listSearch } from './harness/index.cts';

test('smoke', async () => {
	const app = Fastify();
	let n = 0;
	app.get('/v1/ats/applications', async (req) => { n++; const q = req.query as Record<string,string>; return { status: 'success', data: { next: q.cursor ? null : 'c2', results: [{ id: 'A' + (q.cursor ?? ''), outcome: 'PENDING', candidate: { id: 'C', first_name: 'F', email_addresses: [{ email_address: 'x@y' }] } }] } }; });
	app.put('/v1/ats/applications/:id/stage', async (req, reply) => { const { id } = req.params as { id: string }; if (id === 'bad') return reply.code(400).send({ status: 'error', error: { code: 'REMOTE.INPUT_INVALID', message: 'no such stage' } }); return { status: 'success', data: {}, warnings: [{ message: 'careful' }] }; });
	app.get('/v1/ats/jobs', async () => ({ status: 'success', data: { next: null, results: [{ id: 'J1', name: 'Dev', status: 'OPEN', stages: [{ id: 's1', name: 'Interview' }] }] } }));
	const url = await app.listen({ port: 0 });
	const credentials = { komboApi: { region: 'custom', baseUrl: url.replace('[::1]', '127.0.0.1') + '/v1', apiKey: 'ks_dev_secret', integrationId: 'sandbox:1', webhookSecret: '' } };
	const many = await runNode('kombo', { resource: 'application', operation: 'getAll', returnAll: true, filters: {}, simplify: true }, { credentials });
	console.log(many.error?.message, JSON.stringify(many.items));
	const move = await runNode('kombo', { resource: 'application', operation: 'moveStage', applicationId: { __rl: true, mode: 'id', value: '={{ $json.id }}' }, stageId: { __rl: true, mode: 'id', value: 's1' } }, { credentials, items: [{ json: { id: 'a1' } }, { json: { id: 'bad' } }, { json: { id: 'a3' } }], onError: 'continueErrorOutput' } as never);
	console.log(move.error?.message, JSON.stringify(move.items), JSON.stringify(move.errorOutput));
	const stop = await runNode('kombo', { resource: 'application', operation: 'moveStage', applicationId: { __rl: true, mode: 'id', value: '={{ $json.id }}' }, stageId: { __rl: true, mode: 'id', value: 's1' } }, { credentials, items: [{ json: { id: 'a1' } }, { json: { id: 'bad' } }, { json: { id: 'a3' } }] });
	console.log(stop.error?.message, stop.error?.description, JSON.stringify(stop.error?.context));
	console.log(JSON.stringify(await listSearch('kombo', 'searchStagesOfJob', { resource: 'application', operation: 'create', jobId: { __rl: true, mode: 'list', value: 'J1' } } as never, { credentials } as never)));
	await app.close();
});
