/** What the ATS node does with Kombo, in situations that people have met. */
import type { IDataObject, INodeExecutionData, INodeParameters } from 'n8n-workflow';

import { binaryFile, runNode } from './harness/index.cts';
import { byId, must, startKombo, type Kombo } from './support/kombo.cts';

let kombo: Kombo;

beforeAll(async () => {
	kombo = await startKombo({ jobs: 4, applications: 60 });
});
afterEach(async () => {
	kombo.sandbox.faults.clear();
	await kombo.sandbox.control('kombo/settings', { unsupportedFilters: [] });
});
afterAll(async () => {
	await kombo.sandbox.close();
	expect(kombo.sandbox.violations).toEqual([]);
});

const world = () => kombo.sandbox.world;
const ats = async (resource: string, operation: string, parameters: INodeParameters = {}, options: { items?: Array<Partial<INodeExecutionData>>; onError?: 'continueErrorOutput' } = {}) =>
	await runNode('ats', { provider: 'kombo', resource, operation, simplify: false, ...parameters }, { credentials: kombo.credentials, ...options });
const withEmail = (email: string) => world().candidates.rows.filter(({ emails }) => emails.some(({ address }) => address.toLowerCase() === email.toLowerCase()));
const person = (email: string) => ({ email, firstName: 'Jane', lastName: 'Doe', additionalFields: { jobId: byId(must(world().jobs.alive().find(({ status }) => status === 'OPEN')).id) } });
const answer = (results: unknown[]) => ({ kind: 'status', status: 200, body: { status: 'success', data: { next: null, results } } }) as const;

describe('somebody who is looked for by e-mail', () => {
	it('is never a stranger whom the ATS shows for the address', async () => {
		const [stranger] = await kombo.json('candidate', 'getAll', { limit: 1, simplify: false });
		kombo.sandbox.faults.next(answer([stranger]), { path: '/ats/candidates' });
		expect((await ats('candidate', 'getAll', { filters: { email: 'nobody@example.com' } })).json).toEqual([]);
	});

	it('is neither a stranger in the list of the Kombo node, nor missed where the ATS knows no such filter', async () => {
		const [stranger] = await kombo.json('candidate', 'getAll', { limit: 1, simplify: false });
		kombo.sandbox.faults.next(answer([stranger]), { path: '/ats/candidates' });
		expect(await kombo.json('candidate', 'getAll', { filters: { email: 'nobody@example.com' } })).toEqual([]);
		await kombo.sandbox.control('kombo/settings', { unsupportedFilters: ['ats_candidates.email'] });
		const known = must(world().candidates.alive().at(-1));
		const email = must(known.emails[0]).address;
		expect((await kombo.json('candidate', 'getAll', { limit: 1, filters: { email: `  ${email.toUpperCase()}\n` } })).map(({ id }) => id)).toEqual([known.id]);
		// Beside a filter by name Kombo is taken at its word: without it everybody of that name would come.
		expect(await kombo.json('candidate', 'getAll', { filters: { email, firstName: known.firstName } })).toEqual([]);
	});

	it('is found although the ATS knows no filter by e-mail', async () => {
		await kombo.sandbox.control('kombo/settings', { unsupportedFilters: ['ats_candidates.email'] });
		const known = must(world().candidates.alive().at(-1));
		const { json } = await ats('candidate', 'getAll', { filters: { email: must(known.emails[0]).address.toUpperCase() } });
		expect(json.map(({ id }) => id)).toContain(known.id);
	});

	it('is made once, in whatever case the two rows of one sheet write the address', async () => {
		const { json, error } = await ats('candidate', 'findOrCreate', person('={{ $json.email }}'), { items: [{ json: { email: 'jane@new.example' } }, { json: { email: ' Jane@new.example\n' } }] });
		expect(error).toBeUndefined();
		expect(new Set(json.map(({ id, candidateId }) => id ?? candidateId)).size).toBe(1);
		expect(withEmail('jane@new.example')).toHaveLength(1);
	});
});

describe('a list', () => {
	it('of one application with its files asks the ATS for the files of one', async () => {
		const mark = kombo.sandbox.requests.length;
		expect((await ats('application', 'getAll', { limit: 1, models: ['info', 'attachments'] })).json).toHaveLength(1);
		expect(kombo.requests(mark).filter(({ path }) => path.includes('/attachments'))).toHaveLength(1);
		expect(kombo.requests(mark).find(({ path }) => path === '/v1/ats/applications')?.query).toMatchObject({ page_size: '1' });
	});

	it.each([[['NOT_SPECIFIED'], []], [['NOT_SPECIFIED', 'HIRED'], ['HIRED']]])('with the statuses %j holds none but these', async (statuses, found) => {
		const { json } = await ats('application', 'getAll', { returnAll: true, filters: { statuses } });
		expect([...new Set(json.map(({ info }) => (info as IDataObject)['status']))]).toEqual(found);
	});

	it('of a status is not empty because the ATS knows no filter by it', async () => {
		await kombo.sandbox.control('kombo/settings', { unsupportedFilters: ['ats_applications.outcomes'] });
		const { json } = await ats('application', 'getAll', { returnAll: true, filters: { statuses: ['HIRED'] } });
		expect(json).toHaveLength(world().applications.alive().filter(({ status }) => status === 'HIRED').length);
	});

	it('by 1,500 IDs is asked for in parts, each record once', async () => {
		const ids = [...world().applications.alive().map(({ id }) => id), ...Array.from({ length: 1_440 }, (_, place) => `unknown${place}`)];
		const mark = kombo.sandbox.requests.length;
		const rows = await kombo.json('application', 'getAll', { returnAll: true, filters: { ids: ids.join(',') } });
		expect(new Set(rows.map(({ id }) => id)).size).toBe(world().applications.alive().length);
		expect(rows).toHaveLength(world().applications.alive().length);
		expect(Math.max(...kombo.requests(mark).map(({ query }) => String(query.ids).length))).toBeLessThan(6_000);
	});
});

describe('a file', () => {
	const send = async (data: Buffer, name: string, type: string) => {
		const one = must(world().applications.alive()[0]);
		return await ats('application', 'addAttachment', { applicationId: byId(one.id), fileType: 'RESUME', binaryField: 'cv' }, { items: [{ json: {}, binary: { cv: { ...(await binaryFile(data, name, type)), mimeType: type } } }] });
	};

	it.each(['application/octet-stream', 'text/plain; charset=utf-8', 'Application/PDF'])('that is a PDF goes up as one, although it came as %s', async (type) => {
		const mark = kombo.sandbox.requests.length;
		expect((await send(Buffer.from('%PDF-1.4 cv'), 'cv.pdf', type)).error).toBeUndefined();
		expect(kombo.requests(mark).at(-1)?.body).toMatchObject({ attachment: { content_type: 'application/pdf' } });
	});

	it('of 6 MB where the ATS takes 5 is refused before it is sent', async () => {
		const mark = kombo.sandbox.requests.length;
		const { error } = await send(Buffer.concat([Buffer.from('%PDF-1.4'), Buffer.alloc(6_000_000, 32)]), 'cv.pdf', 'application/pdf');
		expect(error?.message).toMatch(/"cv.pdf" has 6000008 bytes, the connected ATS takes 5000000/);
		expect(kombo.requests(mark).map(({ method }) => method)).not.toContain('POST');
	});

	it.each<[string, IDataObject | null, RegExp]>([
		['without an address', { data_url: null }, /"dead.pdf" has no address/],
		['whose link is dead', null, /"dead.pdf" cannot be had/],
	])('%s does not take the good ones with it', async (_what, change, said) => {
		const one = must(world().applications.alive().find(({ id }) => world().attachments.by('applicationId', id).length > 0));
		const path = `/ats/applications/${one.id}/attachments`;
		const { body } = must(await kombo.run('apiRequest', 'send', { path }).then(({ json }) => ({ body: json[0] })));
		const [good] = (Object(body).data as { results: IDataObject[] }).results;
		const dead = { ...good, id: 'dead', file_name: 'dead.pdf', data_url: `${kombo.sandbox.url}/_files/nothing`, ...change };
		kombo.sandbox.faults.next(answer([dead, must(good)]), { path });
		const { items, errorOutput } = await ats('application', 'downloadAttachments', { applicationId: byId(one.id), outputField: 'data' }, { items: [{ json: {} }], onError: 'continueErrorOutput' });
		expect(items.map(({ json }) => json['name'])).toEqual([must(good)['file_name']]);
		expect(errorOutput?.map(({ json }) => json['error'])).toEqual([expect.stringMatching(said)]);
		kombo.sandbox.faults.next(answer([dead, must(good)]), { path });
		expect((await ats('application', 'downloadAttachments', { applicationId: byId(one.id), outputField: 'data' })).error?.message).toMatch(said);
	});
});
