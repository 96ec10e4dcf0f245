import { startSandbox, type Sandbox } from '../../sandbox/index.cts';
import { runNode } from './harness/index.cts';

let sandbox: Sandbox;
beforeAll(async () => { sandbox = await startSandbox({ applications: 200, jobs: 8, services: ['chatTechnologies'] }); });
afterAll(async () => await sandbox.close());
const credentials = () => ({ chatTechnologiesApi: { ...sandbox.credentials.chatTechnologies, baseUrl: sandbox.urls.chatTechnologies ?? '' } });

test('thin', async () => {
	for (const [resource, operation, more] of [['company', 'get', {}], ['message', 'getAll', { limit: 3 }], ['candidate', 'getAll', { path: '/candidates', limit: 2, downloadResumes: true, version: 'resume', outputField: 'data' }], ['change', 'getAll', { path: '/changes', limit: 2 }], ['department', 'getAll', { path: '/departments', limit: 1 }], ['role', 'getAll', { path: '/roles', limit: 1 }]] as const) {
		const out = await runNode('chatTechnologies', { resource, operation, ...more }, { credentials: credentials() });
		console.log(out.error?.message, out.error?.description, JSON.stringify(out.items, null, 1));
	}
	console.log(sandbox.violations);
});
