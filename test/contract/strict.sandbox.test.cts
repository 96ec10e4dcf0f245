/** The simulators of the native systems refuse what the vendors refuse: what they let pass, a client of ours may do. Lever's are in lever.sandbox.test.cts. */
import { ManualClock, startSandbox, type Sandbox } from '../../sandbox/index.cts';
import { ACTING_MEMBER } from '../../sandbox/workable/rows.cts';
import { standingToken } from '../../sandbox/greenhouse/state.cts';

const basic = (key = '') => `Basic ${Buffer.from(`${key}:`).toString('base64')}`;
type Keys = Record<string, string>;

/** How each is talked to: what stands before its paths, and the headers of a call. */
const WAYS: Record<string, { prefix: string; headers(keys: Keys): Record<string, string> }> = {
	ashby: { prefix: '/ashby', headers: ({ apiKey }) => ({ authorization: basic(apiKey) }) },
	greenhouse: { prefix: '/greenhouse/v3', headers: ({ clientId = '' }) => ({ authorization: `Bearer ${standingToken(clientId)}` }) },
	bamboohr: { prefix: '/bamboohr/api/v1/applicant_tracking', headers: ({ apiKey }) => ({ authorization: basic(apiKey) }) },
	teamtailor: { prefix: '/teamtailor/v1', headers: ({ apiKey }) => ({ authorization: `Token token=${String(apiKey)}`, 'x-api-version': '20240904' }) },
	workable: { prefix: '/workable/spi/v3', headers: ({ apiKey }) => ({ authorization: `Bearer ${String(apiKey)}` }) },
};

interface Refused {
	title: string;
	service: string;
	method?: 'GET' | 'POST' | 'PATCH';
	path: string;
	headers?: Record<string, string>;
	body?: object;
	status: number;
	says: RegExp;
	/** Whether it is a mistake of the client, which tests see, and not one that a user can make. */
	violation?: true;
}

const REFUSED: readonly Refused[] = [
	{ title: 'Ashby: a key of the body that is in no document', service: 'ashby', method: 'POST', path: '/application.list', body: { limit: 1, colour: 'red' }, status: 200, says: /invalid_input/, violation: true },
	{ title: 'Ashby: a page of more than 100', service: 'ashby', method: 'POST', path: '/application.list', body: { limit: 101 }, status: 200, says: /invalid_input/ },
	{ title: 'Ashby: a query', service: 'ashby', method: 'POST', path: '/application.list?limit=1', body: {}, status: 200, says: /invalid_input/, violation: true },
	{ title: 'Ashby: a foreign cursor', service: 'ashby', method: 'POST', path: '/application.list', body: { cursor: 'abc' }, status: 200, says: /invalid_input/ },
	{ title: 'Greenhouse: a cursor beside other parameters', service: 'greenhouse', path: '/applications?cursor=abc&per_page=5', status: 422, says: /do not include other query params/, violation: true },
	{ title: 'Greenhouse: a page of more than 500', service: 'greenhouse', path: '/applications?per_page=501', status: 422, says: /per_page/, violation: true },
	{ title: 'Greenhouse: a parameter that is in no document', service: 'greenhouse', path: '/applications?colour=red', status: 422, says: /colour/, violation: true },
	{ title: 'Greenhouse: a status in the word of the record', service: 'greenhouse', path: '/applications?status=in_process', status: 422, says: /status/ },
	{ title: 'Greenhouse: a key of the body that is in no document', service: 'greenhouse', method: 'POST', path: '/notes', body: { colour: 'red' }, status: 422, says: /Unprocessable/, violation: true },
	{ title: 'BambooHR: a parameter of the wrong kind', service: 'bamboohr', path: '/applications?page=first', status: 400, says: /page/, violation: true },
	{ title: 'BambooHR: a status that is no number', service: 'bamboohr', method: 'POST', path: '/applications/10001/status', body: { status: 'Hired' }, status: 400, says: /status/, violation: true },
	{ title: 'Teamtailor: no version', service: 'teamtailor', path: '/jobs', headers: { 'x-api-version': '' }, status: 406, says: /X-Api-Version/ },
	{ title: 'Teamtailor: a page of more than 30', service: 'teamtailor', path: '/job-applications?page%5Bsize%5D=31', status: 400, says: /30/ },
	{ title: 'Teamtailor: a filter that the list does not have', service: 'teamtailor', path: '/job-applications?filter%5Bcolour%5D=red', status: 400, says: /colour/ },
	{ title: 'Teamtailor: a body that is not of its media type', service: 'teamtailor', method: 'POST', path: '/notes', body: {}, status: 415, says: /application\/vnd\.api\+json/ },
	{ title: 'Workable: a page of more than 100', service: 'workable', path: '/candidates?limit=101', status: 422, says: /limit/, violation: true },
	{ title: 'Workable: a move without the acting member', service: 'workable', method: 'POST', path: '/candidates/{application}/move', body: { target_stage: 'interview' }, status: 422, says: /member/, violation: true },
	{ title: 'Workable: a key of the body that is in no document', service: 'workable', method: 'POST', path: '/candidates/{application}/move', body: { member_id: ACTING_MEMBER, target_stage: 'interview', colour: 'red' }, status: 422, says: /colour/, violation: true },
];

const clock = new ManualClock();
let sandbox: Sandbox;
beforeAll(async () => void (sandbox = await startSandbox({ seed: 'strict', jobs: 4, applications: 20, services: Object.keys(WAYS), listen: false, clock })));
beforeEach(() => clock.advance(60_000));
afterAll(async () => await sandbox.close());

async function ask({ service, method = 'GET', path, headers = {}, body }: Pick<Refused, 'service' | 'method' | 'path' | 'headers' | 'body'>) {
	const way = WAYS[service];
	if (!way) throw new Error(`No way to ${service}`);
	const { Rows } = (await import('../../sandbox/workable/rows.cts')) as typeof import('../../sandbox/workable/rows.cts');
	const application = new Rows(sandbox.world).ids.of('application', sandbox.world.applications.need(sandbox.world.applications.alive()[0]?.id ?? ''));
	return await sandbox.inject({ method, url: way.prefix + path.replace('{application}', application), headers: { ...way.headers(sandbox.credentials[service] ?? {}), ...(body ? { 'content-type': 'application/json' } : {}), ...headers }, ...(body ? { payload: JSON.stringify(body) } : {}) });
}

test.each(REFUSED.map((one) => [one.title, one] as const))('%s is refused', async (_title, one) => {
	const from = sandbox.violations.length;
	const answer = await ask(one);
	expect([answer.statusCode, `${answer.body} ${String(answer.headers['x-bamboohr-error-message'] ?? '')}`]).toEqual([one.status, expect.stringMatching(one.says)]);
	expect(sandbox.violations.length > from).toBe(one.violation === true);
});

test.each([['teamtailor', '/jobs', 50], ['workable', '/stages', 10]] as const)('%s: more calls than its limit are refused, and the window later they are taken again', async (service, path, limit) => {
	const statuses = [];
	for (let call = 0; call < limit + 2; call++) statuses.push((await ask({ service, path })).statusCode);
	expect(statuses.filter((status) => status === 429)).toHaveLength(2);
	clock.advance(10_001);
	expect((await ask({ service, path })).statusCode).toBe(200);
});

test('Greenhouse: more calls than its limit are refused, and it says how many are left and for how long', async () => {
	await sandbox.control('greenhouse/settings', { rateLimit: 3 });
	const answers = [];
	for (let call = 0; call < 4; call++) answers.push(await ask({ service: 'greenhouse', path: '/jobs' }));
	await sandbox.control('greenhouse/settings', { rateLimit: 2000 });
	expect(answers.map(({ statusCode, headers }) => [statusCode, headers['x-ratelimit-remaining']])).toEqual([[200, '2'], [200, '1'], [200, '0'], [429, '0']]);
	expect(Number(answers.at(-1)?.headers['retry-after'])).toBeGreaterThan(0);
});
